import type { Study } from '../api/types'
import { parseDate } from '../domain/dates'

export interface Placed {
  study: Study
  /** Left edge of the thumbnail in pixels, and its row within the lane. */
  left: number
  row: number
}

export interface Lane {
  department: string
  count: number
  placed: Placed[]
  rows: number
}

export interface Axis {
  from: number
  to: number
  years: { year: number; left: number }[]
  today: number
}

export const EVENT_WIDTH = 76
const GAP = 6
const MOST_ROWS = 4

const ORDER = [
  'radiology', 'cardiology', 'nuclear', 'mammography', 'ultrasound', 'ophthalmology', 'dermatology', 'pathology', 'endoscopy', 'documents',
  'other',
]

/** Days since 1970 of a study; undefined when it has no date. */
export function dayOf(study: Study): number | undefined {
  const date = parseDate(study.date)
  return date && Date.UTC(date.year, date.month - 1, date.day) / 86_400_000
}

/** Years from the first study to today, spread over the width. A short history still shows two years. */
export function axisOf(studies: readonly Study[], today: number, width: number): Axis {
  const days = studies.map(dayOf).filter((day): day is number => day !== undefined)
  const yearOf = (day: number): number => new Date(day * 86_400_000).getUTCFullYear()
  const last = Math.max(today, ...days)
  const firstYear = Math.min(yearOf(Math.min(today, ...days)), yearOf(last) - 1)
  const start = (year: number): number => Date.UTC(year, 0, 1) / 86_400_000
  const [from, to] = [start(firstYear), last + (last - start(firstYear)) * 0.03]
  const left = (day: number): number => ((day - from) / (to - from)) * width
  const years = []
  const step = Math.max(1, Math.ceil((yearOf(last) - firstYear + 1) / Math.max(1, Math.floor(width / 60))))
  for (let year = firstYear; year <= yearOf(last); year += step) years.push({ year, left: left(start(year)) })
  return { from, to, years, today: left(today) }
}

/** Studies in department lanes, newest drawn where it belongs; ones that would cover each other take another row. */
export function lanesOf(studies: readonly Study[], axis: Axis, width: number): Lane[] {
  const departments = [...new Set(studies.map((study) => (ORDER.includes(study.department) ? study.department : 'other')))]
  return departments
    .sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))
    .map((department) => {
      const own = studies.filter((study) => (ORDER.includes(study.department) ? study.department : 'other') === department)
      const placed = place(own, axis, width)
      return { department, count: own.length, placed, rows: Math.max(1, ...placed.map((entry) => entry.row + 1)) }
    })
}

function place(studies: readonly Study[], axis: Axis, width: number): Placed[] {
  const ends: number[] = []
  const dated = studies
    .map((study) => ({ study, day: dayOf(study) ?? axis.from }))
    .sort((a, b) => a.day - b.day)
  return dated.map(({ study, day }) => {
    const centre = ((day - axis.from) / (axis.to - axis.from)) * width
    const left = Math.max(2, Math.min(width - EVENT_WIDTH - 2, centre - EVENT_WIDTH / 2))
    let row = ends.findIndex((end) => end + GAP <= left)
    if (row < 0) row = ends.length < MOST_ROWS ? ends.length : ends.indexOf(Math.min(...ends))
    ends[row] = left + EVENT_WIDTH
    return { study, left, row }
  })
}
