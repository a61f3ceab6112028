import { ChevronDown, X } from 'lucide-react'
import { useEffect, useRef, type ReactNode } from 'react'
import { useState } from 'react'
import type { WorklistPage } from '../api/types'
import { useDismiss } from '../panels/useDismiss'
import { useTexts } from '../services/i18n'
import { isFiltered, NO_FILTERS, toggled, type Filters } from './filters'

export function FilterBar(props: {
  filters: Filters
  counts: WorklistPage['counts']
  total: number | undefined
  canOpen: boolean
  openModalities: boolean
  onModalities: (open: boolean) => void
  onChange: (filters: Filters) => void
  onOpen: () => void
}) {
  const t = useTexts()
  const { filters, counts, onChange } = props
  const title = filters.departments.length === 1 ? t.department[filters.departments[0] ?? ''] : t.list[filters.list]
  const modalities = [...new Set([...filters.modalities, ...Object.keys(counts.modalities).sort()])]
  const departments = [...new Set([...filters.departments, ...Object.keys(counts.departments)])]
  return (
    <div className="flt">
      <h1>{title}</h1>
      <span className="t2 flt-total">{props.total === undefined ? '' : t.worklist.shown(props.total)}</span>
      <ChipMenu label={t.worklist.modality} chosen={filters.modalities} open={props.openModalities} onOpen={props.onModalities}
        onClear={() => { onChange({ ...filters, modalities: [] }) }}>
        <CheckList values={modalities} chosen={filters.modalities} counts={counts.modalities} name={(code) => code}
          onToggle={(code) => { onChange({ ...filters, modalities: toggled(filters.modalities, code) }) }} />
      </ChipMenu>
      <ChipMenu label={t.worklist.department} chosen={filters.departments.map((name) => t.department[name] ?? name)}
        onClear={() => { onChange({ ...filters, departments: [] }) }}>
        <CheckList values={departments} chosen={filters.departments} counts={counts.departments} name={(code) => t.department[code] ?? code}
          onToggle={(code) => { onChange({ ...filters, departments: toggled(filters.departments, code) }) }} />
      </ChipMenu>
      <ChipMenu label={t.worklist.date} chosen={[[filters.from, filters.to].filter(Boolean).join(' – ')].filter(Boolean)}
        onClear={() => { onChange({ ...filters, from: '', to: '' }) }}>
        <div className="menu-dates">
          <label htmlFor="date-from">{t.worklist.from}</label>
          <input id="date-from" type="date" className="field" value={filters.from} max={filters.to || undefined}
            onChange={(event) => { onChange({ ...filters, from: event.target.value }) }} />
          <label htmlFor="date-to">{t.worklist.to}</label>
          <input id="date-to" type="date" className="field" value={filters.to} min={filters.from || undefined}
            onChange={(event) => { onChange({ ...filters, to: event.target.value }) }} />
        </div>
      </ChipMenu>
      {isFiltered(filters) && filters.list === 'all' && (
        <button type="button" className="btn q s" onClick={() => { onChange(NO_FILTERS) }}>{t.worklist.clear}</button>
      )}
      <button type="button" className="btn p flt-open" disabled={!props.canOpen} onClick={props.onOpen}>
        {t.worklist.open}
        <kbd aria-hidden="true">⏎</kbd>
      </button>
    </div>
  )
}

function ChipMenu(props: {
  label: string
  chosen: string[]
  open?: boolean
  onOpen?: (open: boolean) => void
  onClear: () => void
  children: ReactNode
}) {
  const t = useTexts()
  const [own, setOwn] = useState(false)
  const open = props.open ?? own
  const setOpen = props.onOpen ?? setOwn
  const box = useRef<HTMLDivElement>(null)
  useDismiss(box, open, () => { setOpen(false) })
  useEffect(() => {
    if (open) box.current?.querySelector<HTMLElement>('.menu input')?.focus()
  }, [open])
  const on = props.chosen.length > 0
  const [first, second, ...rest] = props.chosen
  const value = [first, second].filter(Boolean).join(', ') + (rest.length ? ` +${rest.length}` : '')
  return (
    <div className="menu-box" ref={box}>
      <span className="chip-pair">
        <button type="button" className={`chip${on ? ' on' : ''}`} aria-haspopup="true" aria-expanded={open} onClick={() => { setOpen(!open) }}>
          {on ? <><span className="sr">{props.label}: </span>{value}</> : props.label}
          {!on && <ChevronDown className="i" aria-hidden />}
        </button>
        {on && (
          <button type="button" className="chip-x" aria-label={`${t.worklist.clear}: ${props.label}`} onClick={props.onClear}>
            <X className="i" aria-hidden />
          </button>
        )}
      </span>
      {open && <div className="pop menu menu-left" role="group" aria-label={props.label}>{props.children}</div>}
    </div>
  )
}

function CheckList(props: {
  values: string[]
  chosen: string[]
  counts: Record<string, number>
  name: (code: string) => string
  onToggle: (code: string) => void
}) {
  const t = useTexts()
  return props.values.map((code) => (
    <label key={code} className="menu-check">
      <input type="checkbox" checked={props.chosen.includes(code)} onChange={() => { props.onToggle(code) }} />
      <span className="grow">{props.name(code)}</span>
      <span className="t3 s12">{(props.counts[code] ?? 0).toLocaleString(t.locale)}</span>
    </label>
  ))
}
