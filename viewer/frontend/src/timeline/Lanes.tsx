import {
  Activity, Atom, Camera, Eye, FileText, HeartPulse, Microscope, ScanLine, Shapes, Venus, Video, Waves, type LucideIcon,
} from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { thumbnailUrl } from '../api/dicomweb'
import type { Study } from '../api/types'
import { Thumbnail } from '../panels/Thumbnail'
import { useTexts } from '../services/i18n'
import { longDate } from '../services/present'
import { axisOf, lanesOf } from './laneLayout'

const ICONS: Record<string, LucideIcon> = {
  radiology: ScanLine, cardiology: HeartPulse, nuclear: Atom, mammography: Venus, ultrasound: Waves, ophthalmology: Eye, dermatology: Camera,
  pathology: Microscope, endoscopy: Video, documents: FileText, other: Shapes,
}
const LABEL_WIDTH = 166
const ROW_HEIGHT = 57
const MORE_ROW_HEIGHT = 54

export function Lanes(props: {
  studies: readonly Study[]
  picked: readonly Study[]
  focused: Study | undefined
  onFocus: (study: Study) => void
  onOpen: (study: Study) => void
  onToggle: (study: Study) => void
}) {
  const t = useTexts()
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(1200)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const measure = new ResizeObserver(() => { setWidth(element.clientWidth - LABEL_WIDTH) })
    measure.observe(element)
    return () => { measure.disconnect() }
  }, [])
  const axis = useMemo(() => axisOf(props.studies, Math.floor(Date.now() / 86_400_000), width), [props.studies, width])
  const lanes = useMemo(() => lanesOf(props.studies, axis, width), [props.studies, axis, width])
  return (
    <main className="tl" ref={box}>
      <div className="ax" aria-hidden="true">
        {axis.years.map(({ year, left }) => <span key={year} className="yr" style={{ left: LABEL_WIDTH + left }}>{year}</span>)}
        <span className="td" style={{ left: LABEL_WIDTH + axis.today }}>{t.timeline.today}</span>
      </div>
      <div className="lanes">
        {axis.years.map(({ year, left }) => <span key={year} className="gl" style={{ left: LABEL_WIDTH + left }} />)}
        <span className="tdl" style={{ left: LABEL_WIDTH + axis.today }} />
        {lanes.map((lane) => {
          const Icon = ICONS[lane.department] ?? Activity
          return (
            <section key={lane.department} className="ln" aria-label={t.department[lane.department]} style={{ height: ROW_HEIGHT + (lane.rows - 1) * MORE_ROW_HEIGHT }}>
              <h2 className="ll">
                <Icon className="i" aria-hidden />
                <span className="el">{t.department[lane.department]}</span>
                <span className="t3 s13 ll-count">{lane.count}</span>
              </h2>
              {lane.placed.map(({ study, left, row }) => (
                <Event key={study.study_instance_uid} study={study} left={LABEL_WIDTH + left} top={3 + row * MORE_ROW_HEIGHT}
                  mark={props.picked.indexOf(study)} current={study === props.focused} onFocus={props.onFocus} onOpen={props.onOpen} onToggle={props.onToggle} />
              ))}
            </section>
          )
        })}
      </div>
    </main>
  )
}

function Event(props: {
  study: Study
  left: number
  top: number
  mark: number
  current: boolean
  onFocus: (study: Study) => void
  onOpen: (study: Study) => void
  onToggle: (study: Study) => void
}) {
  const t = useTexts()
  const { study, mark } = props
  const kind = study.department === 'documents' ? 'document' : study.modalities.includes('ECG') ? 'ecg' : 'other'
  return (
    <button type="button" className={`ev${mark >= 0 ? ' pk' : ''}${props.current ? ' nw_' : ''}`} style={{ left: props.left, top: props.top }}
      aria-label={[study.description || study.modalities.join(' '), longDate(t, study.date)].join(', ')} aria-pressed={mark >= 0}
      title={[study.description, longDate(t, study.date), study.institution].filter(Boolean).join(' · ')}
      onFocus={() => { props.onFocus(study) }} onMouseEnter={() => { props.onFocus(study) }}
      onClick={(event) => { if (event.ctrlKey || event.metaKey) props.onToggle(study); else props.onOpen(study) }}>
      {mark >= 0 && <span className="ab">{mark === 0 ? 'A' : 'B'}</span>}
      <span className="im"><Thumbnail src={thumbnailUrl(study.thumbnail, 128)} kind={kind} modality={study.modalities.join(' ')} /></span>
      <span className="cp el" dir="auto">{study.description || study.modalities.join(' ')}</span>
    </button>
  )
}
