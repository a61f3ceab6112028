/** Dates and ages. DICOM dates have no zone: they are compared as written, never shifted. */

export interface CalendarDate {
  year: number
  month: number
  day: number
}

export type AgeUnit = 'year' | 'month' | 'week' | 'day'

export interface Age {
  count: number
  unit: AgeUnit
}

/** Reads YYYYMMDD or YYYY-MM-DD; undefined for anything that is not a day of the calendar. */
export function parseDate(text: string): CalendarDate | undefined {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(text.trim())
  if (!match) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const probe = new Date(Date.UTC(year, month - 1, day))
  return probe.getUTCMonth() === month - 1 && probe.getUTCDate() === day ? { year, month, day } : undefined
}

export function isoDate(text: string): string {
  const date = parseDate(text)
  return date ? `${date.year}-${pad(date.month)}-${pad(date.day)}` : text
}

/** "HHMMSS.ffff" or "HH:MM:SS" to "HH:MM". */
export function clockTime(text: string): string {
  const match = /^(\d{2}):?(\d{2})/.exec(text.trim())
  return match ? `${match[1]}:${match[2]}` : ''
}

export function daysBetween(earlier: CalendarDate, later: CalendarDate): number {
  return Math.round((utc(later) - utc(earlier)) / 86_400_000)
}

/** Whole months from one day to another; a month counts only when its day of the month is reached. */
export function monthsBetween(earlier: CalendarDate, later: CalendarDate): number {
  const months = (later.year - earlier.year) * 12 + later.month - earlier.month
  return later.day < earlier.day ? months - 1 : months
}

/** Age String (PS3.5 §6.2, VR AS): "045Y", "03M", "012D"; also without leading zeros. */
export function parseAge(text: string): Age | undefined {
  const match = /^0*(\d+)([YMWD])$/.exec(text.trim().toUpperCase())
  if (!match) return undefined
  const unit = { Y: 'year', M: 'month', W: 'week', D: 'day' }[match[2] as 'Y' | 'M' | 'W' | 'D'] as AgeUnit
  return { count: Number(match[1]), unit }
}

/** Age on a day, in the unit a clinician would use: days below a month, months below two years. */
export function ageOn(birth: CalendarDate, day: CalendarDate): Age | undefined {
  const months = monthsBetween(birth, day)
  if (utc(day) < utc(birth)) return undefined
  if (months < 1) return { count: daysBetween(birth, day), unit: 'day' }
  return months < 24 ? { count: months, unit: 'month' } : { count: Math.floor(months / 12), unit: 'year' }
}

/** Age at the study: the stored one, else from the birth date and the study date. */
export function ageAtStudy(stored: string, birthDate: string, studyDate: string): Age | undefined {
  const birth = parseDate(birthDate)
  const day = parseDate(studyDate)
  return (birth && day && ageOn(birth, day)) || parseAge(stored)
}

function utc(date: CalendarDate): number {
  return Date.UTC(date.year, date.month - 1, date.day)
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
