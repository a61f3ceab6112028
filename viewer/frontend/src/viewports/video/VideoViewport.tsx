import { Film } from 'lucide-react'
import { useTexts } from '../../services/i18n'
import { Caption } from '../Caption'
import { ObjectCard } from '../ObjectCard'
import type { ViewportProps } from '../types'
import { useFocus } from '../useFocus'
import { useRendered } from '../useRendered'

export default function VideoViewport(props: ViewportProps) {
  const t = useTexts()
  useFocus(props)
  const url = useRendered(props.set.instances[0], 'video/mp4')
  return (
    <div className="vp-page">
      <Caption {...props} />
      <div className="vp-body center-body">
        {url && (
          // Clinical video carries no speech that captions could give.
          // eslint-disable-next-line jsx-a11y/media-has-caption
          <video className="vp-video" src={url} controls loop playsInline aria-label={t.viewer.viewport} />
        )}
        {url === null && <ObjectCard set={props.set} icon={Film} title={t.card.videoTitle} text={t.card.videoText} />}
      </div>
    </div>
  )
}
