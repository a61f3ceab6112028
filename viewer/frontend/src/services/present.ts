import type { Patient, Study } from '../api/types'
import { ageAtStudy, clockTime, isoDate, monthsBetween, parseDate } from '../domain/dates'
import type { Texts } from './i18n'

/** "64 F" for a list row. */
export function ageAndSex(t: Texts, patient: Patient, studyDate: string): string {
  const age = ageAtStudy(patient.age, patient.birth_date, studyDate)
  return [age ? t.ageShort(age.count, age.unit) : '', t.sexShort[patient.sex] ?? ''].filter(Boolean).join(' ')
}

/** "M · 45 y · 1981-03-14 · ID 4700136" for a viewport corner. */
export function identityLine(t: Texts, patient: Patient, studyDate: string): string {
  const age = ageAtStudy(patient.age, patient.birth_date, studyDate)
  return [
    t.sexShort[patient.sex] ?? '',
    age ? t.age(age.count, age.unit) : '',
    isoDate(patient.birth_date),
    patient.patient_id ? t.id(patient.patient_id) : t.noId,
  ]
    .filter(Boolean)
    .join(' · ')
}

export function studyMoment(study: Study): string {
  return [isoDate(study.date), clockTime(study.time)].filter(Boolean).join(' ')
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** "20 Nov 2026" in running text. */
export function longDate(t: Texts, date: string): string {
  const day = parseDate(date)
  if (!day) return date
  if (t.code === 'zh') return `${day.year}年${day.month}月${day.day}日`
  return `${day.day} ${MONTHS[day.month - 1] ?? ''} ${day.year}`
}

/** Months between two studies, or undefined when one has no date. */
export function monthsApart(earlier: string, later: string): number | undefined {
  const [first, second] = [parseDate(earlier), parseDate(later)]
  return first && second ? Math.abs(monthsBetween(first, second)) : undefined
}

/** Arrival in the reader's own zone: the clock today, else the date. */
export function arrival(t: Texts, iso: string): string {
  const moment = new Date(iso)
  if (Number.isNaN(moment.getTime())) return ''
  const today = new Date().toDateString() === moment.toDateString()
  return today
    ? new Intl.DateTimeFormat(t.locale, { hour: '2-digit', minute: '2-digit', hour12: false }).format(moment)
    : new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(moment)
}

export function departmentName(t: Texts, department: string): string {
  return t.department[department] ?? t.department.other ?? department
}
