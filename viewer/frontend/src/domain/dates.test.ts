import { describe, expect, it } from 'vitest'
import { ageAtStudy, ageOn, clockTime, isoDate, monthsBetween, parseAge, parseDate } from './dates'

const day = (text: string) => parseDate(text) as NonNullable<ReturnType<typeof parseDate>>

describe('dates', () => {
  it('are read in both forms and only when they are days of the calendar', () => {
    expect(parseDate('20261120')).toEqual(parseDate('2026-11-20'))
    expect(parseDate('20260230')).toBeUndefined()
    expect(parseDate('2026')).toBeUndefined()
    expect(isoDate('20260105')).toBe('2026-01-05')
    expect(isoDate('unknown')).toBe('unknown')
    expect(clockTime('093805.12')).toBe('09:38')
  })

  it('are whole months apart', () => {
    expect(monthsBetween(day('20251204'), day('20261120'))).toBe(11)
    expect(monthsBetween(day('20251120'), day('20261120'))).toBe(12)
  })
})

describe('an age', () => {
  it('is told in the unit a clinician would use', () => {
    expect(ageOn(day('20261110'), day('20261120'))).toEqual({ count: 10, unit: 'day' })
    expect(ageOn(day('20250801'), day('20261120'))).toEqual({ count: 15, unit: 'month' })
    expect(ageOn(day('19810314'), day('20261120'))).toEqual({ count: 45, unit: 'year' })
    expect(ageOn(day('20270101'), day('20261120'))).toBeUndefined()
  })

  it('comes from the dates, else from the stored Age String', () => {
    expect(ageAtStudy('044Y', '1981-03-14', '2026-11-20')).toEqual({ count: 45, unit: 'year' })
    expect(ageAtStudy('044Y', '', '2026-11-20')).toEqual({ count: 44, unit: 'year' })
    expect(parseAge('003M')).toEqual({ count: 3, unit: 'month' })
    expect(parseAge('old')).toBeUndefined()
  })
})
