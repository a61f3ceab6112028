import { History } from 'lucide-react'
import { memo, type MouseEvent } from 'react'
import type { Study } from '../api/types'
import { isoDate } from '../domain/dates'
import { PersonName } from '../panels/PersonName'
import { StudyFlags } from '../panels/StudyFlags'
import { useTexts } from '../services/i18n'
import { ageAndSex, arrival, departmentName } from '../services/present'

interface RowProps {
  study: Study
  index: number
  top: number
  selected: boolean
  onSelect: () => void
  onOpen: () => void
  onTimeline: () => void
  onPointer: (event: MouseEvent, study: Study) => void
  onLeave: () => void
}

/** One study. Rows are drawn again only when the study, its place or its selection changed. */
export const StudyRow = memo(Row, (a, b) => a.study === b.study && a.top === b.top && a.selected === b.selected)

function Row({ study, index, top, selected, onSelect, onOpen, onTimeline, onPointer, onLeave }: RowProps) {
  const t = useTexts()
  const { patient } = study
  return (
    // Keys reach the row through the grid that owns the focus (aria-activedescendant).
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div id={`row-${index}`} role="row" aria-rowindex={index + 2} aria-selected={selected} className={`gr gr-row${selected ? ' sel' : ''}`}
      style={{ transform: `translateY(${top}px)` }} onClick={onSelect} onDoubleClick={onOpen}
      onMouseMove={(event) => { onPointer(event, study) }} onMouseLeave={onLeave}>
      <span role="gridcell" className="el name">
        <button type="button" className="link-cell el" tabIndex={-1} onClick={onOpen}>
          <PersonName name={patient.name} fallback={t.worklist.noName} />
        </button>
      </span>
      <span role="gridcell" className="t2 el">{ageAndSex(t, patient, study.date)}</span>
      <span role="gridcell" className="t2 el"><bdi>{patient.patient_id || t.noId}</bdi></span>
      <span role="gridcell" className="el"><bdi dir="auto">{study.description || t.worklist.noDescription}</bdi></span>
      <span role="gridcell" className="el">{study.modalities.join(' ')}</span>
      <span role="gridcell" className="t2 el">{departmentName(t, study.department)}</span>
      <span role="gridcell" className="t2 r el">{study.instance_count.toLocaleString(t.locale)}</span>
      <span role="gridcell" className="t2 el">
        {study.prior_count > 0 ? (
          <button type="button" className="link-cell t2" tabIndex={-1} title={t.worklist.openTimeline}
            onClick={(event) => { event.stopPropagation(); onTimeline() }}>
            <History className="i s13" aria-hidden /> {study.prior_count}
          </button>
        ) : <span className="t3">{t.worklist.none}</span>}
      </span>
      <span role="gridcell" className="t2 el">{isoDate(study.date)}</span>
      <span role="gridcell" className="t2 el">{arrival(t, study.arrived_at)}</span>
      <span role="gridcell" className="el flags"><StudyFlags study={study} /></span>
    </div>
  )
}
