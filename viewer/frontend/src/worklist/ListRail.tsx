import type { WorklistPage } from '../api/types'
import { useTexts } from '../services/i18n'
import { NO_FILTERS, type Filters, type ListId } from './filters'

const LISTS: ListId[] = ['all', 'today', 'week', 'conflict', 'incomplete']
const DEPARTMENTS = [
  'radiology', 'cardiology', 'nuclear', 'mammography', 'ultrasound', 'ophthalmology', 'dermatology', 'endoscopy', 'pathology',
  'documents', 'other',
]

/** Left rail: fixed lists with their number keys, then departments with how many studies each has. */
export function ListRail(props: {
  filters: Filters
  counts: WorklistPage['counts']
  total: number | undefined
  onChoose: (filters: Filters) => void
}) {
  const t = useTexts()
  const { filters, counts } = props
  const onlyDepartment = filters.departments.length === 1 ? filters.departments[0] : undefined
  const shown = DEPARTMENTS.filter((name) => counts.departments[name] !== undefined || filters.departments.includes(name))
  return (
    <nav className="panel lists" aria-label={t.lists}>
      <h3>{t.lists}</h3>
      {LISTS.map((list, index) => {
        const on = filters.list === list && !onlyDepartment
        return (
          <button key={list} type="button" className={`sl${on ? ' on' : ''}`} aria-current={on ? 'true' : undefined}
            onClick={() => { props.onChoose({ ...NO_FILTERS, list }) }}>
            <span className="grow el">{t.list[list]}</span>
            <kbd aria-hidden="true">{index + 1}</kbd>
            {on && props.total !== undefined && <span className="cnt">{props.total.toLocaleString(t.locale)}</span>}
          </button>
        )
      })}
      {shown.length > 0 && <h3>{t.departments}</h3>}
      {shown.map((department) => {
        const on = onlyDepartment === department
        return (
          <button key={department} type="button" className={`sl${on ? ' on' : ''}`} aria-pressed={on}
            onClick={() => { props.onChoose({ ...filters, departments: on ? [] : [department] }) }}>
            <span className="grow el">{t.department[department]}</span>
            <span className="cnt">{(counts.departments[department] ?? 0).toLocaleString(t.locale)}</span>
          </button>
        )
      })}
    </nav>
  )
}
