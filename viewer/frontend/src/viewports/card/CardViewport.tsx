import { useTexts } from '../../services/i18n'
import { Caption } from '../Caption'
import { ObjectCard } from '../ObjectCard'
import type { ViewportProps } from '../types'
import { useFocus } from '../useFocus'

/** Anything the viewer cannot draw yet: never an error. */
export default function CardViewport(props: ViewportProps) {
  const t = useTexts()
  useFocus(props)
  return (
    <div className="vp-page">
      <Caption {...props} />
      <div className="vp-body center-body"><ObjectCard set={props.set} title={t.card.noViewer} /></div>
    </div>
  )
}
