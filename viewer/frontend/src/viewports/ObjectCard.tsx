import { FileQuestion, type LucideIcon } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { sopClassName } from '../domain/sopClasses'
import { isoDate, clockTime } from '../domain/dates'
import { text, type Dataset } from '../domain/dicomJson'
import type { DisplaySet } from '../domain/displaySets'
import { TAG } from '../domain/tags'
import { downloadInstance } from '../services/download'
import { useTexts } from '../services/i18n'
import { showFields } from '../services/reading'

/** What an object is, who made it, and how to get it: for everything that is not drawn here. */
export function ObjectCard(props: { set: DisplaySet; title: string; text?: string; icon?: LucideIcon; children?: ReactNode }) {
  const t = useTexts()
  const Icon = props.icon ?? FileQuestion
  const first: Dataset = props.set.instances[0] ?? {}
  const [problem, setProblem] = useState(false)
  const maker = [text(first, TAG.Manufacturer), text(first, TAG.ManufacturerModelName), text(first, TAG.StationName)].filter(Boolean).join(' · ')
  const moment = [isoDate(text(first, TAG.ContentDate) || text(first, TAG.SeriesDate) || text(first, TAG.StudyDate)), clockTime(text(first, TAG.ContentTime))]
    .filter(Boolean).join(' ')
  return (
    <div className="card">
      <div className="row">
        <Icon className="i card-icon" aria-hidden />
        <h2>{props.title}</h2>
      </div>
      {props.text && <p className="t2">{props.text}</p>}
      {props.children}
      <dl className="dl">
        <dt>{t.card.kind}</dt>
        <dd>{sopClassName(props.set.sopClassUid) || props.set.modality}</dd>
        {maker && <><dt>{t.card.madeBy}</dt><dd>{maker}</dd></>}
        {moment && <><dt>{t.card.when}</dt><dd>{moment}</dd></>}
        {props.set.instances.length > 1 && <><dt>{t.card.number}</dt><dd>{props.set.instances.length}</dd></>}
      </dl>
      {problem && <p className="cw s13" role="alert">{t.error.title}</p>}
      <div className="row">
        <button type="button" className="btn s p" onClick={() => { downloadInstance(first).catch(() => { setProblem(true) }) }}>{t.card.download}</button>
        <button type="button" className="btn s" onClick={showFields}>{t.card.fields}</button>
      </div>
    </div>
  )
}
