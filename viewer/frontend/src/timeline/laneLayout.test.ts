import { describe, expect, it } from 'vitest'
import type { Study } from '../api/types'
import { axisOf, dayOf, EVENT_WIDTH, lanesOf } from './laneLayout'

const study = (date: string, department = 'radiology') => ({ study_instance_uid: `${department}${date}`, date, department }) as Study
const today = dayOf(study('2026-11-20')) as number

describe('the timeline', () => {
  it('spans from the first study to today, two years at least', () => {
    const axis = axisOf([study('2019-03-01'), study('2026-11-20')], today, 1400)
    expect(axis.years[0]?.year).toBe(2019)
    expect(axis.years.at(-1)?.year).toBe(2026)
    expect(axis.today).toBeGreaterThan(1300)
    expect(axisOf([study('2026-11-01')], today, 1400).years.map((entry) => entry.year)).toEqual([2025, 2026])
    expect(axisOf([], today, 1400).years).not.toEqual([])
  })

  it('thins its year marks when there is no room', () => {
    expect(axisOf([study('1960-01-01')], today, 600).years.length).toBeLessThanOrEqual(10)
  })

  it('puts studies that would cover each other in rows of their lane', () => {
    const studies = [study('2026-11-18'), study('2026-11-19'), study('2020-01-01'), study('2026-11-20', 'cardiology'), study('', 'strange')]
    const axis = axisOf(studies, today, 1400)
    const lanes = lanesOf(studies, axis, 1400)
    expect(lanes.map((lane) => [lane.department, lane.count, lane.rows])).toEqual([['radiology', 3, 2], ['cardiology', 1, 1], ['other', 1, 1]])
    for (const lane of lanes) {
      for (const { left } of lane.placed) expect(left >= 0 && left + EVENT_WIDTH <= 1400).toBe(true)
    }
  })
})
