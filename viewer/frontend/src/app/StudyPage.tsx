import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ApiError } from '../api/client'
import type { StudyDetail } from '../api/types'
import { viewportCommand } from '../domain/viewportKeys'
import { readStudy } from '../api/viewer'
import { SeriesRail, type Pick } from '../panels/SeriesRail'
import { SidePanel } from '../panels/SidePanel'
import { StateMessage } from '../panels/StateMessage'
import { useTexts } from '../services/i18n'
import { useKeys } from '../services/keyboard'
import { monthsApart } from '../services/present'
import { forgetReading } from '../services/reading'
import { useResource } from '../services/resource'
import { go, studyPath, toWorklist } from '../services/router'
import { forgetDisplaySets } from '../services/seriesCache'
import type { Command } from '../tools/ToolBar'
import { bind, TOOL_KEYS } from '../tools/toolset'
import { prefetchSeries, release } from '../viewports/prefetch'
import { warmUp } from '../viewports/registry'
import type { ViewportPort } from '../viewports/types'
import type { CellContent } from '../viewports/ViewportCell'
import { cellCount, ViewportGrid, type Layout } from '../viewports/ViewportGrid'
import { neighbours } from './neighbours'
import { firstSeries, priorFor } from './opening'
import { StudyBar } from './StudyBar'
import '../styles/viewer.css'

warmUp()

const PREFETCH_AFTER_MS = 1200

export function StudyPage({ uid, search, onShortcuts }: { uid: string; search: string; onShortcuts: () => void }) {
  const t = useTexts()
  const parameters = useMemo(() => new URLSearchParams(search), [search])
  const patientKey = parameters.get('patient') ?? undefined
  const [detail, again] = useResource(`${uid}|${patientKey ?? ''}`, (signal) => readStudy(uid, patientKey, signal))

  useEffect(() => () => {
    forgetReading()
    forgetDisplaySets()
    void release()
  }, [])

  if (detail.state === 'failed') return <Failure error={detail.error} onRetry={again} />
  if (detail.state === 'loading') return <main className="center" aria-busy="true" aria-label={t.loading} />
  return <Reading detail={detail.value} compareUid={parameters.get('compare') ?? undefined} onShortcuts={onShortcuts} />
}

function Failure({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  const t = useTexts()
  const back = { label: t.error.toWorklist, run: () => { toWorklist() } }
  return (
    <main className="center">
      {error.status === 404 && <StateMessage icon="unknown" title={t.viewer.studyNotFoundTitle} text={t.viewer.studyNotFoundText} action={back} />}
      {error.status === 403 && <StateMessage icon="locked" title={t.error.forbiddenTitle} text={t.error.forbiddenText} action={back} />}
      {error.status !== 404 && error.status !== 403 && (
        <StateMessage icon={error.unreachable ? 'offline' : 'error'} title={t.viewer.studyErrorTitle} text={t.worklist.errorText}
          note={error.reference ? t.error.reference(error.reference) : undefined} action={{ label: t.retry, run: onRetry }} second={back} />
      )}
    </main>
  )
}

function Reading({ detail, compareUid, onShortcuts }: { detail: StudyDetail; compareUid: string | undefined; onShortcuts: () => void }) {
  const t = useTexts()
  const { study, series } = detail
  const [layout, setLayout] = useState<Layout>('1x1')
  const [cells, setCells] = useState<(CellContent | undefined)[]>(() => {
    const opening = firstSeries(series)
    return [opening && { study, series: opening, setIndex: 0, priorMonths: undefined }]
  })
  const [active, setActive] = useState(0)
  const [expanded, setExpanded] = useState(false)
  const [texts, setTexts] = useState(true)
  const [rail, setRail] = useState(true)
  const [panel, setPanel] = useState(() => window.innerWidth >= 1280)
  const ports = useRef(new Map<number, ViewportPort>())

  const keepPort = useCallback((index: number, port: ViewportPort | undefined) => {
    if (port) ports.current.set(index, port)
    else ports.current.delete(index)
  }, [])

  const place = useCallback((index: number, content: CellContent) => {
    setCells((old) => Object.assign([...old], { [index]: content }))
  }, [])

  const compareWith = useCallback(async (priorUid: string) => {
    const prior = await readStudy(priorUid, study.patient.key)
    const opening = firstSeries(prior.series, cells[0]?.series.modality)
    if (!opening) return
    setLayout('1x2')
    place(1, { study: prior.study, series: opening, setIndex: 0, priorMonths: monthsApart(prior.study.date, study.date) })
  }, [cells, place, study])

  useEffect(() => {
    if (compareUid) compareWith(compareUid).catch(() => undefined)
    // Opened once from the address; afterwards the reader decides.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [compareUid])

  useEffect(() => {
    const stop = new AbortController()
    const wait = window.setTimeout(() => void prefetchSeries(study, series, stop.signal), PREFETCH_AFTER_MS)
    return () => {
      window.clearTimeout(wait)
      stop.abort()
    }
  }, [study, series])

  const pick = (chosen: Pick): void => {
    const beside = chosen.priorMonths !== undefined && layout === '1x1'
    if (beside) setLayout('1x2')
    const index = beside ? 1 : active
    place(index, chosen)
    setActive(index)
  }

  const stepSeries = (by: number): boolean => {
    const here = cells[active]
    if (!here || here.priorMonths !== undefined) return false
    const next = series[series.findIndex((entry) => entry.series_instance_uid === here.series.series_instance_uid) + by]
    if (next) place(active, { study, series: next, setIndex: 0, priorMonths: undefined })
    return true
  }

  const command = (kind: Command): void => { ports.current.get(active)?.run({ kind }) }
  const chooseLayout = (next: Layout): void => {
    setLayout(next)
    setExpanded(false)
    setActive(Math.min(active, cellCount(next) - 1))
    setCells((old) => fill(old, next, detail))
  }

  useKeys((event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    const known = viewportCommand(event)
    if (known) return ports.current.get(active)?.run(known) ?? false
    const tool = TOOL_KEYS[event.key.toLowerCase()]
    if (tool) bind('left', tool)
    else if (event.key === 'ArrowLeft') return stepSeries(-1)
    else if (event.key === 'ArrowRight') return stepSeries(1)
    else if (event.key === 'PageDown') setActive((active + 1) % cellCount(layout))
    else if (event.key === 'PageUp') setActive((active + cellCount(layout) - 1) % cellCount(layout))
    else if (event.key.toLowerCase() === 't') setTexts(!texts)
    else if (event.key.toLowerCase() === 'c') {
      const prior = priorFor(detail)
      if (prior) compareWith(prior.study_instance_uid).catch(() => undefined)
    } else if (event.key === '[') setRail(!rail)
    else if (event.key === ']') setPanel(!panel)
    else if (event.key === 'Enter' && event.target === document.body) openNext(study.study_instance_uid, study.patient.key)
    else if (event.key === 'Escape' && expanded) setExpanded(false)
    else if (event.key === 'Escape') toWorklist()
    else return false
    return true
  })

  const shown = useMemo(() => new Set(cells.slice(0, cellCount(layout)).map((cell) => (cell ? `${cell.series.series_instance_uid}/${cell.setIndex}` : ''))), [cells, layout])
  const here = cells[active]
  return (
    <div className={`viewer${rail ? '' : ' no-rail'}${panel ? '' : ' no-panel'}`}>
      <StudyBar detail={detail} layout={layout} texts={texts} rail={rail} panel={panel} canDraw={here !== undefined} onLayout={chooseLayout}
        onTexts={() => { setTexts(!texts) }} onCommand={command} onRail={() => { setRail(!rail) }} onPanel={() => { setPanel(!panel) }}
        onPreset={(key) => { ports.current.get(active)?.run({ kind: 'preset', key }) }} modality={here?.series.modality ?? ''}
        onNext={() => { openNext(study.study_instance_uid, study.patient.key) }} onShortcuts={onShortcuts} />
      {rail && <SeriesRail detail={detail} shown={shown} onPick={pick} />}
      {series.length ? (
        <ViewportGrid layout={layout} cells={cells} active={active} expanded={expanded} texts={texts} onActivate={setActive}
          onExpand={(index) => { setActive(index); setExpanded(!expanded) }} onPort={keepPort} />
      ) : <main className="center-body"><StateMessage icon="image" title={t.viewer.noImages} text="" /></main>}
      {panel && <SidePanel study={here?.study ?? study} series={here?.series} others={detail.other_patients ?? []} />}
    </div>
  )
}

/** Empty cells get the series that are not shown yet, in their order. */
function fill(cells: readonly (CellContent | undefined)[], layout: Layout, { study, series }: StudyDetail): (CellContent | undefined)[] {
  const used = new Set(cells.map((cell) => cell?.series.series_instance_uid))
  const free = series.filter((entry) => !used.has(entry.series_instance_uid))
  return Array.from({ length: Math.max(cells.length, cellCount(layout)) }, (_, index) => {
    const kept = cells[index]
    if (kept) return kept
    const next = free.shift()
    return next && { study, series: next, setIndex: 0, priorMonths: undefined }
  })
}

function openNext(uid: string, patientKey: string): void {
  const { next } = neighbours(uid, patientKey)
  if (next) go(studyPath(next.study_instance_uid, next.patient.key))
}
