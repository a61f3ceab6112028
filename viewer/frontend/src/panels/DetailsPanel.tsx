import type { ReactNode } from 'react'
import type { Series, Study } from '../api/types'
import { ageAtStudy, isoDate } from '../domain/dates'
import { pixelOrigin } from '../domain/compression'
import { number, numbers, text, texts } from '../domain/dicomJson'
import { sopClassName } from '../domain/sopClasses'
import { TAG } from '../domain/tags'
import { useTexts, type Texts } from '../services/i18n'
import { arrival, departmentName, studyMoment } from '../services/present'
import { focus, type Focus } from '../services/reading'
import { useStore } from '../services/store'
import { formatGroup } from '../domain/personName'
import { PersonName } from './PersonName'
import { StudyFlags } from './StudyFlags'

type Fact = [label: string, value: ReactNode]

/** Patient, study, series and image in facts. What is not stored says so instead of being left out. */
export function DetailsPanel({ study, series }: { study: Study; series: Series | undefined }) {
  const t = useTexts()
  const shown = useStore(focus)
  const { patient } = study
  const age = ageAtStudy(patient.age, patient.birth_date, study.date)
  return (
    <>
      <StudyFlags study={study} block />
      <Facts title={t.panel.patient} t={t} facts={[
        [t.panel.name, <b key="name"><PersonName name={patient.name} fallback={t.worklist.noName} /></b>],
        [t.panel.birth, isoDate(patient.birth_date)],
        [t.panel.sex, patient.sex ? (t.sex[patient.sex] ?? patient.sex) : ''],
        [t.panel.age, age ? t.age(age.count, age.unit) : ''],
        [t.panel.id, patient.patient_id],
        [t.panel.issuer, patient.issuer],
      ]} />
      <Facts title={t.panel.study} t={t} facts={[
        [t.panel.description, study.description],
        [t.panel.date, studyMoment(study)],
        [t.panel.accession, study.accession_number],
        [t.panel.department, departmentName(t, study.department)],
        [t.panel.referrer, formatGroup(study.referring_physician)],
        [t.panel.institution, study.institution],
        [t.panel.arrived, arrival(t, study.arrived_at)],
        [t.panel.count, `${t.seriesCount(study.series_count)} · ${t.images(study.instance_count)}`],
      ]} />
      {series && (
        <Facts title={t.panel.series} t={t} facts={[
          [t.panel.number, series.number === null ? '' : String(series.number)],
          [t.panel.description, series.description],
          [t.panel.modality, series.modality],
          [t.panel.protocol, series.protocol_name],
          [t.panel.body, series.body_part],
          [t.panel.laterality, series.laterality],
          [t.panel.device, [series.manufacturer, series.station_name].filter(Boolean).join(' · ')],
          [t.panel.count, String(series.frame_count || series.instance_count)],
        ]} />
      )}
      {shown && shown.set.frames.length > 0 && <Facts title={t.panel.image} t={t} facts={imageFacts(t, shown)} />}
      <p className="t3 s13 side-note">{t.panel.measurements}</p>
    </>
  )
}

function imageFacts(t: Texts, { dataset, set, frameNumber }: Focus): Fact[] {
  const frame = set.frames.find((entry) => entry.dataset === dataset && entry.frameNumber === frameNumber)
  const [columns, rows] = [number(dataset, TAG.Columns), number(dataset, TAG.Rows)]
  const spacing = frame?.spacing ? `${frame.spacing.row.toFixed(3)} × ${frame.spacing.column.toFixed(3)} mm` : ''
  const { lossy, ratio } = pixelOrigin(dataset)
  const method = texts(dataset, TAG.LossyImageCompressionMethod).join(', ')
  return [
    [t.panel.sopClass, sopClassName(text(dataset, TAG.SOPClassUID)) || text(dataset, TAG.SOPClassUID)],
    [t.panel.number, [text(dataset, TAG.InstanceNumber), set.instances.length === 1 && set.frames.length > 1 ? t.viewer.frame(frameNumber, set.frames.length) : ''].filter(Boolean).join(' · ')],
    [t.panel.size, columns && rows ? `${columns} × ${rows}` : ''],
    [t.panel.spacing, spacing],
    [t.panel.thickness, frame?.thickness ? `${Number(frame.thickness.toFixed(2))} mm` : ''],
    [t.panel.bits, numbers(dataset, TAG.BitsStored).concat(numbers(dataset, TAG.BitsAllocated)).join(' / ')],
    [t.panel.photometric, text(dataset, TAG.PhotometricInterpretation)],
    [t.panel.compression, lossy ? [t.viewer.lossy(ratio ? ratio.toFixed(1) : ''), method].filter(Boolean).join(' · ') : t.viewer.lossless],
  ]
}

function Facts({ title, facts, t }: { title: string; facts: Fact[]; t: Texts }) {
  return (
    <section className="facts">
      <h2>{title}</h2>
      <dl className="dl">
        {facts.map(([label, value]) => (
          <div key={label} className="fact">
            <dt>{label}</dt>
            <dd>{value === '' ? <span className="t3">{t.panel.notGiven}</span> : <bdi dir="auto">{value}</bdi>}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
