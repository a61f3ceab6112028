import { FileText } from 'lucide-react'
import { text } from '../../domain/dicomJson'
import { TAG } from '../../domain/tags'
import { useTexts } from '../../services/i18n'
import { Caption } from '../Caption'
import { ObjectCard } from '../ObjectCard'
import type { ViewportProps } from '../types'
import { useFocus } from '../useFocus'
import { useRendered } from '../useRendered'

/** An encapsulated PDF in the browser's own viewer, which runs apart from this page. */
export default function DocumentViewport(props: ViewportProps) {
  const t = useTexts()
  useFocus(props)
  const instance = props.set.instances[0]
  const url = useRendered(instance, 'application/pdf')
  const title = text(instance, TAG.DocumentTitle)
  return (
    <div className="vp-page">
      <Caption {...props} />
      <div className="vp-body center-body">
        {url && <iframe className="vp-frame" src={url} title={title || t.card.kind} />}
        {url === null && <ObjectCard set={props.set} icon={FileText} title={title || t.card.documentTitle} text={t.card.documentText} />}
      </div>
    </div>
  )
}
