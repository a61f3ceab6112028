import { Search, X } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Study } from '../api/types'
import { StateMessage } from '../panels/StateMessage'
import { TopBar } from '../panels/TopBar'
import { useTexts } from '../services/i18n'
import { useKeys } from '../services/keyboard'
import { go, patientPath, studyPath } from '../services/router'
import { useStore } from '../services/store'
import { FilterBar } from './FilterBar'
import { isFiltered, NO_FILTERS, parseFilters, filtersToSearch, toQuery, type Filters, type ListId } from './filters'
import { HoverCard, type HoverTarget } from './HoverCard'
import { KeyHints } from './KeyHints'
import { ListRail } from './ListRail'
import { searchText, selectedRow, worklist } from './memory'
import { StudyTable } from './StudyTable'
import { rowKey } from './worklistStore'
import '../styles/worklist.css'

const LIST_KEYS: Record<string, ListId> = { '1': 'all', '2': 'today', '3': 'week', '4': 'conflict', '5': 'incomplete' }
const DEBOUNCE_MS = 220

export function Worklist({ search, onShortcuts }: { search: string; onShortcuts: () => void }) {
  const t = useTexts()
  const filters = useMemo(() => parseFilters(search), [search])
  const typed = useStore(searchText)
  const list = useStore(worklist)
  const selected = useStore(selectedRow)
  const [hover, setHover] = useState<HoverTarget | undefined>()
  const [filterOpen, setFilterOpen] = useState(false)
  const field = useRef<HTMLInputElement>(null)

  useEffect(() => {
    const wait = window.setTimeout(() => { worklist.open(toQuery(filters, typed, new Date())) }, typed ? DEBOUNCE_MS : 0)
    return () => { window.clearTimeout(wait) }
  }, [filters, typed])

  useEffect(() => {
    worklist.refresh()
    return () => { worklist.close() }
  }, [])

  const show = (next: Filters): void => { go(`/worklist${filtersToSearch(next)}`) }
  const clear = (): void => { searchText.set(''); show(NO_FILTERS) }
  const index = list.studies.findIndex((study) => rowKey(study) === selected)
  const current = list.studies[index]
  const open = (study: Study | undefined): void => {
    if (study) go(studyPath(study.study_instance_uid, study.patient.key))
  }
  const timeline = (study: Study | undefined): void => {
    if (study) go(patientPath(study.patient.key))
  }

  useKeys((event) => {
    const listId = LIST_KEYS[event.key]
    if (event.key === '/') field.current?.focus()
    else if (event.key === 'Escape' && hover) setHover(undefined)
    else if (event.key === 'Escape' && (typed || isFiltered(filters))) clear()
    else if (/^f$/i.test(event.key) && !event.ctrlKey && !event.metaKey) setFilterOpen(true)
    else if (/^p$/i.test(event.key) && !event.ctrlKey && !event.metaKey) timeline(current)
    else if (listId && !event.ctrlKey && !event.metaKey) show({ ...NO_FILTERS, list: listId })
    else return false
    return true
  })

  return (
    <div className="wl-page">
      <TopBar page="worklist" online={!list.stale} onShortcuts={onShortcuts}>
        <div className="field wl-search" role="search">
          <Search className="i t3" aria-hidden />
          <input ref={field} type="text" inputMode="search" enterKeyHint="search" autoComplete="off" spellCheck={false}
            aria-label={t.searchLabel} placeholder={t.search} value={typed} dir="auto"
            onChange={(event) => { searchText.set(event.target.value) }}
            onKeyDown={(event) => {
              if (event.key === 'Escape') { searchText.set(''); event.currentTarget.blur() }
              if (event.key === 'ArrowDown' || event.key === 'Enter') {
                event.preventDefault()
                document.querySelector<HTMLElement>('[data-study-grid]')?.focus()
              }
            }} />
          {typed ? (
            <button type="button" className="ib s" aria-label={t.clearSearch} onClick={() => { searchText.set(''); field.current?.focus() }}>
              <X className="i" aria-hidden />
            </button>
          ) : <kbd aria-hidden="true">/</kbd>}
        </div>
      </TopBar>
      <div className="wl">
        <ListRail filters={filters} counts={list.counts} total={list.state === 'ready' ? list.total : undefined} onChoose={show} />
        <main className="wl-main">
          <FilterBar filters={filters} counts={list.counts} total={list.state === 'ready' ? list.total : undefined} canOpen={current !== undefined}
            openModalities={filterOpen} onModalities={setFilterOpen} onChange={show} onOpen={() => { open(current) }} />
          <p className="sr" role="status">{list.arrived > 0 ? t.worklist.newStudies(list.arrived) : ''}</p>
          {list.stale && list.state === 'ready' && (
            <p className="warn-line" role="status">{t.worklist.unreachableTitle}. {t.worklist.unreachableText}</p>
          )}
          <Body list={list} typed={typed} filtered={isFiltered(filters)} selected={selected} onOpen={open} onTimeline={timeline}
            onHover={setHover} onClear={clear} />
          <KeyHints updatedAt={list.updatedAt} onShortcuts={onShortcuts} />
        </main>
      </div>
      {hover && <HoverCard target={hover} />}
    </div>
  )
}

function Body(props: {
  list: ReturnType<typeof worklist.get>
  typed: string
  filtered: boolean
  selected: string | undefined
  onOpen: (study: Study) => void
  onTimeline: (study: Study) => void
  onHover: (target: HoverTarget | undefined) => void
  onClear: () => void
}) {
  const t = useTexts()
  const { list, typed, filtered } = props
  if (list.state === 'loading') return <Skeleton />
  if (list.state === 'failed') {
    const away = list.error?.unreachable
    return (
      <div className="wl-state">
        <StateMessage live icon={away ? 'offline' : 'error'} title={away ? t.worklist.unreachableTitle : t.worklist.errorTitle}
          text={away ? t.worklist.unreachableText : t.worklist.errorText}
          note={list.error?.reference ? t.error.reference(list.error.reference) : undefined}
          action={{ label: t.retry, run: worklist.refresh }} />
      </div>
    )
  }
  if (list.studies.length === 0) {
    const narrowed = typed.trim() !== '' || filtered
    return (
      <div className="wl-state">
        <StateMessage live icon={narrowed ? 'search' : 'done'}
          title={typed.trim() ? t.worklist.noMatch(typed.trim()) : filtered ? t.worklist.noMatchFiltered : t.worklist.emptyTitle}
          text={typed.trim() ? t.worklist.noMatchText : filtered ? t.worklist.noMatchFilteredText : t.worklist.emptyText}
          action={narrowed ? { label: t.worklist.clear, run: props.onClear, key: 'Esc' } : undefined} />
      </div>
    )
  }
  return <StudyTable list={list} selected={props.selected} onOpen={props.onOpen} onTimeline={props.onTimeline} onHover={props.onHover} />
}

/** Grey rows, but only when the answer takes longer than anybody notices. */
function Skeleton() {
  const t = useTexts()
  const [late, setLate] = useState(false)
  useEffect(() => {
    const wait = window.setTimeout(() => { setLate(true) }, 200)
    return () => { window.clearTimeout(wait) }
  }, [])
  return (
    <div className="wl-state top" aria-busy="true" aria-label={t.loading}>
      {late && (
        <div className="skl">
          {Array.from({ length: 18 }, (_, row) => (
            <div className="sk" key={row}>
              {[150, 40, 80, 220].map((width, column) => (
                <i key={column} style={{ width: width * (0.75 + 0.25 * Math.sin(row * 3 + column * 7)) }} />
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
