import type { StudyDetail, Study } from '../api/types'
import { thumbnailUrl } from '../api/dicomweb'
import { readStudy } from '../api/viewer'
import { PersonName } from '../panels/PersonName'
import { Thumbnail } from '../panels/Thumbnail'
import { useTexts } from '../services/i18n'
import { useResource } from '../services/resource'
import { departmentName } from '../services/present'

export interface HoverTarget {
  study: Study
  x: number
  /** Top of the row on the page. */
  y: number
  rowHeight: number
  keyboard: boolean
}

const WIDTH = 560
const HEIGHT = 200

/** Series of a row before it is opened. Lists may have hover cards; viewports never do. */
export function HoverCard({ target }: { target: HoverTarget }) {
  const t = useTexts()
  const { study } = target
  const [detail] = useResource<StudyDetail>(`${study.study_instance_uid}|${study.patient.key}`, (signal) =>
    readStudy(study.study_instance_uid, study.patient.key, signal))
  const below = target.y + target.rowHeight + HEIGHT < window.innerHeight
  const left = Math.max(8, Math.min(target.x, window.innerWidth - WIDTH - 12))
  const series = detail.state === 'ready' ? detail.value.series : []
  return (
    <div className="pop hv" role={target.keyboard ? 'status' : 'tooltip'} aria-label={t.worklist.previewTitle}
      style={{ left, top: below ? target.y + target.rowHeight + 4 : Math.max(8, target.y - HEIGHT - 4) }}>
      <div className="hv-head el">
        <b><PersonName name={study.patient.name} fallback={t.worklist.noName} /></b>
        <span className="s13 t2">
          {[study.description, departmentName(t, study.department), t.seriesCount(study.series_count), t.images(study.instance_count)]
            .filter(Boolean).join(' · ')}
        </span>
      </div>
      <div className="hg">
        {series.slice(0, 4).map((entry) => (
          <figure key={entry.series_instance_uid}>
            <div className="im"><Thumbnail src={thumbnailUrl(entry.thumbnail, 256)} kind={entry.kind} modality={entry.modality} /></div>
            <figcaption className="s12 t2 el">
              {[entry.number ?? '', entry.description || entry.modality].filter((part) => part !== '').join(' ')} · {entry.frame_count || entry.instance_count}
            </figcaption>
          </figure>
        ))}
        {detail.state === 'loading' && Array.from({ length: Math.min(4, study.series_count) }, (_, index) => (
          <figure key={index}><div className="im" /><figcaption className="s12">&nbsp;</figcaption></figure>
        ))}
      </div>
      {series.length > 4 && <div className="s13 t2 hv-more">{t.worklist.hoverMore(series.length - 4)}</div>}
    </div>
  )
}
