import { Microscope } from 'lucide-react'
import { thumbnailUrl } from '../../api/dicomweb'
import { number, type Dataset } from '../../domain/dicomJson'
import { useTexts } from '../../services/i18n'
import { Caption } from '../Caption'
import { ObjectCard } from '../ObjectCard'
import type { ViewportProps } from '../types'
import { useFocus } from '../useFocus'

/** A whole slide: its overview picture and its levels. */
export default function SlideViewport(props: ViewportProps) {
  const t = useTexts()
  useFocus(props)
  const levels = props.set.instances.map(sizeOf).filter(Boolean).join(' · ')
  return (
    <div className="vp-page">
      <Caption {...props} />
      <div className="vp-body slide-body">
        <div className="im slide-overview">
          <img src={thumbnailUrl(props.series.thumbnail, 1024)} alt="" onError={(event) => { event.currentTarget.hidden = true }} />
        </div>
        <ObjectCard set={props.set} icon={Microscope} title={t.card.slideTitle} text={t.card.slideText}>
          {levels && <dl className="dl"><dt>{t.card.levels}</dt><dd>{levels}</dd></dl>}
        </ObjectCard>
      </div>
    </div>
  )
}

function sizeOf(level: Dataset): string {
  const [columns, rows] = [number(level, '00480006'), number(level, '00480007')]
  return columns && rows ? `${columns} × ${rows}` : ''
}
