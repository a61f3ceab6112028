import { useMemo, useState } from 'react'
import { readPatient } from '../api/viewer'
import type { PatientDetail, Study } from '../api/types'
import { ageOn, isoDate, parseDate } from '../domain/dates'
import { PersonName } from '../panels/PersonName'
import { StateMessage } from '../panels/StateMessage'
import { TopBar } from '../panels/TopBar'
import { useTexts } from '../services/i18n'
import { useKeys } from '../services/keyboard'
import { useResource } from '../services/resource'
import { comparePath, go, studyPath, toWorklist } from '../services/router'
import { Lanes } from './Lanes'
import { Selection } from './Selection'
import '../styles/timeline.css'

type Range = 'all' | 'images' | 'recent'

/** Everything of one patient on one axis of time, a lane per department. */
export function TimelinePage({ patientKey, onShortcuts }: { patientKey: string; onShortcuts: () => void }) {
  const t = useTexts()
  const [patient, again] = useResource(patientKey, (signal) => readPatient(patientKey, signal))
  return (
    <div className="tl-page">
      <TopBar page="patient" onShortcuts={onShortcuts} />
      {patient.state === 'ready' && <Timeline detail={patient.value} />}
      {patient.state === 'loading' && <main aria-busy="true" aria-label={t.loading} />}
      {patient.state === 'failed' && (
        <main className="center-main">
          <StateMessage icon={patient.error.unreachable ? 'offline' : patient.error.status === 403 ? 'locked' : 'error'}
            title={patient.error.status === 403 ? t.error.forbiddenTitle : patient.error.status === 404 ? t.timeline.empty : t.worklist.errorTitle}
            text={patient.error.status === 403 ? t.error.forbiddenText : t.worklist.errorText}
            action={{ label: t.retry, run: again }} second={{ label: t.error.toWorklist, run: () => { toWorklist() } }} />
        </main>
      )}
    </div>
  )
}

function Timeline({ detail }: { detail: PatientDetail }) {
  const t = useTexts()
  const { patient } = detail
  const [range, setRange] = useState<Range>('all')
  const [picked, setPicked] = useState<Study[]>([])
  const [focused, setFocused] = useState<Study | undefined>(detail.studies[0])
  const studies = useMemo(() => detail.studies.filter((study) => inRange(study, range)), [detail, range])

  const open = (study: Study): void => { go(studyPath(study.study_instance_uid, patient.key)) }
  const toggle = (study: Study): void => {
    setPicked((old) => (old.includes(study) ? old.filter((other) => other !== study) : [...old, study].slice(-2)))
  }
  const compare = (): void => {
    const [a, b] = [...picked].sort((one, other) => other.date.localeCompare(one.date))
    if (a && b) go(comparePath(a.study_instance_uid, patient.key, b.study_instance_uid))
  }

  useKeys((event) => {
    if (event.ctrlKey || event.metaKey) return false
    if (event.key.toLowerCase() === 'c' && focused) toggle(focused)
    else if (event.key === 'Enter' && picked.length === 2) compare()
    else if (event.key === 'Escape' && picked.length) setPicked([])
    else if (event.key === 'Escape') toWorklist()
    else return false
    return true
  })

  const now = new Date()
  const birth = parseDate(patient.birth_date)
  const age = birth && ageOn(birth, { year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() })
  const facts = [
    t.sex[patient.sex] ?? patient.sex,
    age ? t.age(age.count, age.unit) : '',
    patient.birth_date ? t.born(isoDate(patient.birth_date)) : '',
    patient.patient_id ? t.id(patient.patient_id) : t.noId,
    patient.issuer,
    t.studies(detail.studies.length),
  ]
  return (
    <>
      <section className="pb">
        <div className="who">
          <h1 className="n"><PersonName name={patient.name} fallback={t.worklist.noName} /></h1>
          <div className="d">{facts.filter(Boolean).join(' · ')}</div>
        </div>
        <span className="seg pb-seg" role="group" aria-label={t.timeline.all}>
          {(['all', 'images', 'recent'] as const).map((id) => (
            <button key={id} type="button" className={range === id ? 'on' : ''} aria-pressed={range === id} onClick={() => { setRange(id) }}>
              {t.timeline[id]}
            </button>
          ))}
        </span>
      </section>
      {patient.identity_conflict && <p className="warn-line" role="alert">{t.timeline.conflict}</p>}
      <Lanes studies={studies} picked={picked} focused={focused} onFocus={setFocused} onOpen={open} onToggle={toggle} />
      <Selection picked={picked} focused={focused} onCompare={compare} onClear={() => { setPicked([]) }} onOpen={open} onToggle={toggle} />
    </>
  )
}

function inRange(study: Study, range: Range): boolean {
  if (range === 'images') return study.department !== 'documents'
  if (range === 'recent') return study.date >= isoDate(`${new Date().getFullYear() - 2}${new Date().toISOString().slice(4, 10).replaceAll('-', '')}`)
  return true
}
