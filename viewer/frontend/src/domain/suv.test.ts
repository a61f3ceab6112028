import { describe, expect, it } from 'vitest'
import type { Dataset } from './dicomJson'
import { suvFactor } from './suv'
import { dataset } from './testData'

const drug = dataset({ '00181072': ['TM', '080000'], '00181074': ['DS', 400e6], '00181075': ['DS', 6588] })
const pet: Dataset = {
  ...dataset({
    '00080021': ['DA', '20261120'],
    '00080022': ['DA', '20261120'],
    '00080031': ['TM', '090000'],
    '00080032': ['TM', '090500'],
    '00080060': ['CS', 'PT'],
    '00101030': ['DS', 70],
    '00280051': ['CS', 'ATTN', 'DECY', 'SCAT'],
    '00541001': ['CS', 'BQML'],
    '00541102': ['CS', 'START'],
  }),
  '00540016': { vr: 'SQ', Value: [drug] },
}
const without = (tag: string): Dataset => Object.fromEntries(Object.entries(pet).filter(([key]) => key !== tag))

describe('SUV by body weight', () => {
  it('divides by the dose left at the start of the scan', () => {
    const dose = 400e6 * 2 ** (-3600 / 6588)
    expect(suvFactor(pet)).toBeCloseTo(70_000 / dose, 12)
  })

  it('uses the injected dose when pixels are decay corrected to it', () => {
    expect(suvFactor({ ...pet, '00541102': { vr: 'CS', Value: ['ADMIN'] } })).toBeCloseTo(70_000 / 400e6, 12)
  })

  it('is not guessed when anything it takes is missing', () => {
    for (const tag of ['00101030', '00540016', '00541001', '00280051', '00541102']) expect(suvFactor(without(tag))).toBeUndefined()
    expect(suvFactor({ ...pet, '00280051': { vr: 'CS', Value: ['DECY'] } })).toBeUndefined()
  })
})
