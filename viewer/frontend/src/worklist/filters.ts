import type { WorklistQuery } from '../api/types'

export type ListId = 'all' | 'today' | 'week' | 'conflict' | 'incomplete'

/** Filters of the worklist without the search text, which may be a name and so never enters an address. */
export interface Filters {
  list: ListId
  modalities: string[]
  departments: string[]
  from: string
  to: string
}

export const NO_FILTERS: Filters = { list: 'all', modalities: [], departments: [], from: '', to: '' }

const LISTS: readonly ListId[] = ['all', 'today', 'week', 'conflict', 'incomplete']
const DATE = /^\d{4}-\d{2}-\d{2}$/

export function parseFilters(search: string): Filters {
  const parameters = new URLSearchParams(search)
  const codes = (name: string): string[] =>
    (parameters.get(name) ?? '').split(',').filter((code) => /^[A-Za-z0-9_-]{1,24}$/.test(code))
  const date = (name: string): string => {
    const value = parameters.get(name) ?? ''
    return DATE.test(value) ? value : ''
  }
  const list = parameters.get('list') as ListId
  return {
    list: LISTS.includes(list) ? list : 'all',
    modalities: codes('modality'),
    departments: codes('department'),
    from: date('from'),
    to: date('to'),
  }
}

export function filtersToSearch(filters: Filters): string {
  const parameters = new URLSearchParams()
  if (filters.list !== 'all') parameters.set('list', filters.list)
  if (filters.modalities.length) parameters.set('modality', filters.modalities.join(','))
  if (filters.departments.length) parameters.set('department', filters.departments.join(','))
  if (filters.from) parameters.set('from', filters.from)
  if (filters.to) parameters.set('to', filters.to)
  const text = parameters.toString().replaceAll('%2C', ',')
  return text ? `?${text}` : ''
}

/** The server's query. A list is a date range or a flag; a date chosen by hand wins over the list's. */
export function toQuery(filters: Filters, q: string, today: Date): WorklistQuery {
  const back = { today: 0, week: 6 }[filters.list as 'today' | 'week'] as number | undefined
  return {
    q: q.trim(),
    modalities: filters.modalities,
    departments: filters.departments,
    from: filters.from || (back === undefined ? '' : localDay(today, -back)),
    to: filters.to,
    flag: filters.list === 'conflict' || filters.list === 'incomplete' ? filters.list : '',
  }
}

export function localDay(moment: Date, offset: number): string {
  const day = new Date(moment.getFullYear(), moment.getMonth(), moment.getDate() + offset)
  return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
}

export function isFiltered(filters: Filters): boolean {
  return filtersToSearch(filters) !== ''
}

export function toggled(list: readonly string[], value: string): string[] {
  return list.includes(value) ? list.filter((entry) => entry !== value) : [...list, value]
}
