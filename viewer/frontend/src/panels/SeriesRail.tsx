import { ChevronDown, ChevronRight, History } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Series, Study, StudyDetail } from '../api/types'
import { instanceUrl, thumbnailUrl } from '../api/dicomweb'
import { readStudy } from '../api/viewer'
import { text } from '../domain/dicomJson'
import type { DisplaySet } from '../domain/displaySets'
import { TAG } from '../domain/tags'
import { useTexts } from '../services/i18n'
import { monthsApart } from '../services/present'
import { knownSets, progress } from '../services/reading'
import { useResource } from '../services/resource'
import { useStore } from '../services/store'
import { Thumbnail } from './Thumbnail'

const OPEN_PRIORS = 1
/** The study itself has the connections first. */
const OPEN_PRIORS_AFTER_MS = 1500
const LISTED_PRIORS = 6

/** A place in the rail: which display set of which series of which study. */
export interface Pick {
  study: Study
  series: Series
  setIndex: number
  priorMonths: number | undefined
}

/** Left of the viewports: series of this study, then priors in orange, each with how far it is loaded. */
export function SeriesRail(props: { detail: StudyDetail; shown: ReadonlySet<string>; onPick: (pick: Pick) => void }) {
  const t = useTexts()
  const { study, series, priors } = props.detail
  const [all, setAll] = useState(false)
  const listed = all ? priors : priors.slice(0, LISTED_PRIORS)
  return (
    <nav className="rail" aria-label={t.viewer.series}>
      <h3><b>{t.viewer.today}</b><span>{study.modalities.join(' ')}</span></h3>
      {series.map((entry) => (
        <SeriesThumbs key={entry.series_instance_uid} study={study} series={entry} months={undefined} shown={props.shown} onPick={props.onPick} />
      ))}
      {listed.map((prior, index) => (
        <Prior key={prior.study_instance_uid} prior={prior} of={study} startOpen={index < OPEN_PRIORS} shown={props.shown} onPick={props.onPick} />
      ))}
      {priors.length > listed.length && (
        <button type="button" className="btn q s rail-more" onClick={() => { setAll(true) }}>
          <History className="i" aria-hidden /> {t.viewer.morePriors(priors.length - listed.length)}
        </button>
      )}
    </nav>
  )
}

function Prior(props: { prior: Study; of: Study; startOpen: boolean; shown: ReadonlySet<string>; onPick: (pick: Pick) => void }) {
  const t = useTexts()
  const { prior } = props
  const [open, setOpen] = useState(false)
  const { startOpen } = props
  useEffect(() => {
    if (!startOpen) return
    const wait = window.setTimeout(() => { setOpen(true) }, OPEN_PRIORS_AFTER_MS)
    return () => { window.clearTimeout(wait) }
  }, [startOpen])
  const months = monthsApart(prior.date, props.of.date) ?? 0
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <section aria-label={t.viewer.prior(t.monthsAgo(months))}>
      <h3 className="pr">
        <button type="button" className="rail-fold" aria-expanded={open} onClick={() => { setOpen(!open) }}
          title={[prior.date, prior.description].filter(Boolean).join(' · ')}>
          <Chevron className="i" aria-hidden />
          <b className="el">{t.viewer.prior(t.monthsShort(months))}</b>
          <span>{prior.modalities.join(' ')}</span>
        </button>
      </h3>
      {!open && <div className="rail-desc el t3 s12">{prior.description}</div>}
      {open && <PriorSeries prior={prior} months={months} shown={props.shown} onPick={props.onPick} />}
    </section>
  )
}

function PriorSeries(props: { prior: Study; months: number; shown: ReadonlySet<string>; onPick: (pick: Pick) => void }) {
  const { prior } = props
  const [detail] = useResource(prior.study_instance_uid, (signal) => readStudy(prior.study_instance_uid, prior.patient.key, signal))
  if (detail.state !== 'ready') return <div className="th" aria-hidden="true"><div className="im" /></div>
  return detail.value.series.map((series) => (
    <SeriesThumbs key={series.series_instance_uid} study={prior} series={series} months={props.months} shown={props.shown} onPick={props.onPick} />
  ))
}

/** One thumbnail per display set: a series of clips is a row of clips as soon as its header is known. */
function SeriesThumbs(props: {
  study: Study
  series: Series
  months: number | undefined
  shown: ReadonlySet<string>
  onPick: (pick: Pick) => void
}) {
  const { study, series, months } = props
  const sets = useStore(knownSets).get(series.series_instance_uid)
  const pick = (setIndex: number): void => { props.onPick({ study, series, setIndex, priorMonths: months }) }
  if (!sets || sets.length < 2) {
    const key = sets?.[0]?.key ?? series.series_instance_uid
    return (
      <Thumb src={thumbnailUrl(series.thumbnail, 256)} series={series} progressKey={key} shown={props.shown.has(`${series.series_instance_uid}/0`)}
        caption={captionOf(series)} count={series.frame_count || series.instance_count} onPick={() => { pick(0) }} />
    )
  }
  return sets.map((set, index) => (
    <Thumb key={set.key} src={thumbnailUrl(`${addressOf(set)}/thumbnail`, 256)} series={series} progressKey={set.key}
      shown={props.shown.has(`${series.series_instance_uid}/${index}`)} caption={`${captionOf(series)} ${index + 1}/${sets.length}`}
      count={set.frames.length || set.instances.length} onPick={() => { pick(index) }} />
  ))
}

function Thumb(props: {
  src: string
  series: Series
  progressKey: string
  shown: boolean
  caption: string
  count: number
  onPick: () => void
}) {
  const loaded = useStore(progress).get(props.progressKey) ?? 0
  return (
    <button type="button" className={`th${props.shown ? ' on' : ''}`} aria-pressed={props.shown} title={props.caption} onClick={props.onPick}>
      <span className="im"><Thumbnail src={props.src} kind={props.series.kind} modality={props.series.modality} /></span>
      <span className="pg"><i className={loaded < 1 ? 'part' : ''} style={{ width: `${loaded * 100}%` }} /></span>
      <span className="cap"><span dir="auto">{props.caption}</span><span className="t3">{props.count}</span></span>
    </button>
  )
}

function captionOf(series: Series): string {
  return [series.number ?? '', series.description || series.protocol_name || series.modality || series.kind].filter((part) => part !== '').join(' ')
}

function addressOf(set: DisplaySet): string {
  return instanceUrl({
    studyInstanceUid: set.studyInstanceUid,
    seriesInstanceUid: set.seriesInstanceUid,
    sopInstanceUid: text(set.instances[0], TAG.SOPInstanceUID),
  })
}
