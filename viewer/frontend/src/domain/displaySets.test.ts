import { describe, expect, it } from 'vitest'
import { displaySetsOf, firstFrameIndex } from './displaySets'
import { text, type Dataset } from './dicomJson'
import { ctSlice, dataset } from './testData'

describe('a series', () => {
  it('of single-frame slices is one stack in reading order, opened in the middle', () => {
    const [set, ...rest] = displaySetsOf([ctSlice(0, 1), ctSlice(5, 2), ctSlice(10, 3), ctSlice(15, 4)])
    expect(rest).toEqual([])
    expect(set?.frames.map((frame) => frame.instanceNumber)).toEqual([4, 3, 2, 1])
    expect(set && firstFrameIndex(set)).toBe(2)
    expect(set?.cine).toBe(false)
  })

  it('of clips is one display set per clip, and a clip plays from its first frame', () => {
    const clip = (uid: string, number: number) => ({
      '7FE00010': { vr: 'OB', BulkDataURI: '/pixels' },
      ...dataset({
        '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.3.1'],
        '00080018': ['UI', uid],
        '0020000E': ['UI', '9'],
        '00200013': ['IS', number],
        '00280008': ['IS', 30],
        '00280010': ['US', 480],
        '00280011': ['US', 640],
        '00280100': ['US', 8],
      }),
    })
    const sets = displaySetsOf([clip('9.2', 2), clip('9.1', 1)])
    expect(sets.map((set) => text(set.instances[0], '00080018'))).toEqual(['9.1', '9.2'])
    expect(sets.every((set) => set.cine && set.frames.length === 30 && firstFrameIndex(set) === 0)).toBe(true)
  })

  it('keeps objects that are no picture apart and keeps slide levels together', () => {
    const report = dataset({ '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.88.33'], '00080018': ['UI', '7.1'], '0020000E': ['UI', '7'] })
    const level = (columns: number) =>
      dataset({ '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.77.1.6'], '00080018': ['UI', `8.${columns}`], '00480006': ['UL', columns], '00280010': ['US', 256], '00280011': ['US', 256] })
    const sets = displaySetsOf([report, ctSlice(0, 1), level(1000), level(4000)])
    expect(sets.map((set) => [set.frames.length, set.instances.length])).toEqual([[1, 1], [0, 2], [0, 1]])
    expect(text(sets[1]?.instances[0], '00080018')).toBe('8.4000')
  })

  it('never draws what is not a plain picture: segmentations, float pixels, a header without any', () => {
    const segmentation = { ...ctSlice(0, 1), '00080016': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.66.4'] } }
    const float = { ...ctSlice(0, 1), '00280100': { vr: 'US', Value: [32] } }
    const header: Dataset = Object.fromEntries(Object.entries(ctSlice(0, 1)).filter(([tag]) => tag !== '7FE00010'))
    expect(displaySetsOf([segmentation, float, header]).every((set) => set.frames.length === 0)).toBe(true)
  })

  it('without instances shows nothing and does not fail', () => {
    expect(displaySetsOf([])).toEqual([])
    expect(displaySetsOf([{}])).toHaveLength(1)
  })
})
