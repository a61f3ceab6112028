import { describe, expect, it } from 'vitest'
import { frameDuration, framesOf } from './frames'
import type { Dataset } from './dicomJson'
import { ctSlice, dataset } from './testData'

const sequence = (...items: Dataset[]) => ({ vr: 'SQ', Value: items })

describe('a frame', () => {
  it('reads geometry, window and rescale of a single-frame instance', () => {
    const [frame] = framesOf(ctSlice(12.5, 7))
    expect(frame).toMatchObject({
      instanceNumber: 7,
      windows: [{ center: 40, width: 400 }],
      rescale: { slope: 1, intercept: -1024 },
      spacing: { row: 0.7, column: 0.7, atDetector: false },
    })
    expect(frame?.plane?.position).toEqual([0, 0, 12.5])
  })

  it('of an enhanced object takes per-frame groups before shared ones', () => {
    const position = (z: number) => ({ '00209113': sequence(dataset({ '00200032': ['DS', 0, 0, z] })) })
    const shared = {
      '00209116': sequence(dataset({ '00200037': ['DS', 1, 0, 0, 0, 1, 0] })),
      '00289110': sequence(dataset({ '00280030': ['DS', 0.5, 0.6], '00180050': ['DS', 2] })),
      '00289132': sequence(dataset({ '00281050': ['DS', 50], '00281051': ['DS', 350] })),
    }
    const own = { ...position(2), '00289132': sequence(dataset({ '00281050': ['DS', 300], '00281051': ['DS', 1500] })) }
    const frames = framesOf({
      ...dataset({ '00280008': ['IS', 2], '00280010': ['US', 4], '00280011': ['US', 4] }),
      '52009229': sequence(shared),
      '52009230': sequence(position(1), own),
    })
    expect(frames.map((frame) => frame.plane?.position[2])).toEqual([1, 2])
    expect(frames.map((frame) => frame.windows[0]?.width)).toEqual([350, 1500])
    expect(frames[0]).toMatchObject({ spacing: { row: 0.5, column: 0.6 }, thickness: 2, frameNumber: 1 })
  })

  it('has no scale when none is stored, and says when it is the detector’s', () => {
    const bare = framesOf(dataset({ '00280010': ['US', 10], '00280011': ['US', 10] }))[0]
    expect(bare?.spacing).toBeUndefined()
    const projection = framesOf(dataset({ '00181164': ['DS', 0.15, 0.15], '00280010': ['US', 10], '00280011': ['US', 10] }))[0]
    expect(projection?.spacing).toEqual({ row: 0.15, column: 0.15, atDetector: true })
  })

  it('of ultrasound is measured by its one region in centimetres', () => {
    const region = dataset({ '00186024': ['US', 3], '0018602C': ['FD', 0.03], '0018602E': ['FD', 0.03] })
    const base = dataset({ '00280010': ['US', 10], '00280011': ['US', 10] })
    expect(framesOf({ ...base, '00186011': sequence(region) })[0]?.spacing?.row).toBeCloseTo(0.3)
    expect(framesOf({ ...base, '00186011': sequence(region, region) })[0]?.spacing).toBeUndefined()
  })

  it('lasts as long as the header says', () => {
    expect(frameDuration(dataset({ '00181063': ['DS', 40] }))).toBe(40)
    expect(frameDuration(dataset({ '00082144': ['IS', 25] }))).toBe(40)
    expect(frameDuration({})).toBeCloseTo(66.7, 1)
  })
})
