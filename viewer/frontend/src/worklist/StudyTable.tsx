import { useEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react'
import type { Study } from '../api/types'
import { useTexts } from '../services/i18n'
import { preferences, ROW_HEIGHT } from '../services/preferences'
import { useStore } from '../services/store'
import type { HoverTarget } from './HoverCard'
import { scrollTop, selectedRow, worklist } from './memory'
import { StudyRow } from './StudyRow'
import { rowKey, type WorklistState } from './worklistStore'

const OVERSCAN = 12
const HOVER_MS = 450

/** Virtual rows in an ARIA grid: only those in view exist, however long the list is. */
export function StudyTable(props: {
  list: WorklistState
  selected: string | undefined
  onOpen: (study: Study) => void
  onTimeline: (study: Study) => void
  onHover: (target: HoverTarget | undefined) => void
}) {
  const t = useTexts()
  const { studies, total } = props.list
  const rowHeight = ROW_HEIGHT[useStore(preferences).density]
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: scrollTop.get(), height: 900 })
  const timer = useRef(0)
  const index = studies.findIndex((study) => rowKey(study) === props.selected)

  useEffect(() => {
    const element = box.current
    if (!element) return
    element.scrollTop = scrollTop.get()
    const measure = new ResizeObserver(() => { setView((old) => ({ ...old, height: element.clientHeight })) })
    measure.observe(element)
    element.focus({ preventScroll: true })
    return () => {
      measure.disconnect()
      window.clearTimeout(timer.current)
    }
  }, [])

  useEffect(() => {
    const first = studies[0]
    if (index < 0 && first) selectedRow.set(rowKey(first))
  }, [index, studies])

  const first = Math.max(0, Math.floor(view.top / rowHeight) - OVERSCAN)
  const last = Math.min(studies.length, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN)

  useEffect(() => {
    if (last > studies.length - 40) void worklist.more()
  }, [last, studies.length])

  const select = (target: number): void => {
    const bounded = Math.max(0, Math.min(studies.length - 1, target))
    const study = studies[bounded]
    if (!study) return
    selectedRow.set(rowKey(study))
    props.onHover(undefined)
    const element = box.current
    if (!element) return
    const top = bounded * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight - element.clientHeight
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1)
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -studies.length, End: studies.length }
    const step = steps[event.key]
    const study = studies[index]
    if (step !== undefined) select(index + step)
    else if (event.key === 'Enter' && study) props.onOpen(study)
    else if (event.key === ' ' && study && box.current) props.onHover(targetOf(box.current, study, index, rowHeight, true))
    else return
    event.preventDefault()
  }

  const onPointer = (event: MouseEvent, study: Study): void => {
    const at = { x: event.clientX, y: event.clientY }
    window.clearTimeout(timer.current)
    timer.current = window.setTimeout(() => {
      const row = studies.findIndex((other) => rowKey(other) === rowKey(study))
      if (box.current) props.onHover({ ...targetOf(box.current, study, row, rowHeight, false), x: at.x + 24 })
    }, HOVER_MS)
  }
  const onLeave = (): void => {
    window.clearTimeout(timer.current)
    props.onHover(undefined)
  }

  return (
    <div className="grid-wrap" role="grid" aria-label={t.worklist.label} aria-rowcount={total + 1} aria-colcount={11} tabIndex={0}
      aria-activedescendant={index >= 0 ? `row-${index}` : undefined} data-study-grid onKeyDown={onKeyDown} ref={box}
      onScroll={(event) => {
        const { scrollTop: top, clientHeight } = event.currentTarget
        scrollTop.set(top)
        setView({ top, height: clientHeight })
        onLeave()
      }}>
      <div className="grid-head gr" role="row" aria-rowindex={1}>
        {HEADINGS.map((heading) => (
          <span key={heading} role="columnheader" className={RIGHT.has(heading) ? 'r' : ''}>{t.columns[heading]}</span>
        ))}
      </div>
      <div className="grid-body" role="presentation" style={{ height: studies.length * rowHeight }}>
        {studies.slice(first, last).map((study, offset) => (
          <StudyRow key={rowKey(study)} study={study} index={first + offset} top={(first + offset) * rowHeight} selected={first + offset === index}
            onSelect={() => { select(first + offset) }} onOpen={() => { props.onOpen(study) }} onTimeline={() => { props.onTimeline(study) }}
            onPointer={onPointer} onLeave={onLeave} />
        ))}
      </div>
      {props.list.loadingMore && <p className="t3 s12 more" role="status">{t.worklist.loadingMore}</p>}
    </div>
  )
}

const HEADINGS = ['patient', 'age', 'id', 'study', 'modality', 'department', 'images', 'priors', 'date', 'arrived', 'notes'] as const
const RIGHT = new Set<string>(['images'])

function targetOf(box: HTMLElement, study: Study, row: number, rowHeight: number, keyboard: boolean): HoverTarget {
  const area = box.getBoundingClientRect()
  const head = box.querySelector('.grid-head')?.clientHeight ?? 24
  return { study, x: area.left + 300, y: area.top + head + row * rowHeight - box.scrollTop, rowHeight, keyboard }
}
