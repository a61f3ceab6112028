import { describe, expect, it } from 'vitest'
import { directionLetters, edgeLetters, oppositeLetters, planeFrom, positionAlongNormal, scaleBarLength, sortSlices, type Plane } from './geometry'

const axial = (z: number): Plane => planeFrom([0, 0, z], [1, 0, 0, 0, 1, 0]) as Plane
const slice = (plane: Plane | undefined, instanceNumber: number, order = 1) => ({ plane, instanceNumber, order })

describe('slices', () => {
  it('of a volume are sorted head to foot whatever their numbers say', () => {
    const sorted = sortSlices([slice(axial(-10), 1), slice(axial(20), 2), slice(axial(5), 3)])
    expect(sorted.map((entry) => positionAlongNormal(entry.plane as Plane))).toEqual([20, 5, -10])
  })

  it('at one position keep their order of acquisition', () => {
    const sorted = sortSlices([slice(axial(0), 4), slice(axial(10), 3), slice(axial(0.001), 2), slice(axial(10), 1)])
    expect(sorted.map((entry) => entry.instanceNumber)).toEqual([1, 3, 2, 4])
  })

  it('of a tilted gantry go by the distance along the normal, not by one coordinate', () => {
    const tilt = [1, 0, 0, 0, Math.cos(0.3), -Math.sin(0.3)]
    const planes = [0, 5, 10].map((z, index) => slice(planeFrom([0, -index * 3, z], tilt), index))
    expect(sortSlices(planes).map((entry) => entry.instanceNumber)).toEqual([2, 1, 0])
  })

  it('that are not parallel, or have no plane, keep the instance number', () => {
    const coronal = planeFrom([0, 0, 0], [1, 0, 0, 0, 0, -1])
    expect(sortSlices([slice(axial(1), 3), slice(coronal, 1), slice(undefined, 2)]).map((entry) => entry.instanceNumber)).toEqual([1, 2, 3])
  })

  it('need two directions that span a plane', () => {
    expect(planeFrom([0, 0, 0], [1, 0, 0, 1, 0, 0])).toBeUndefined()
    expect(planeFrom([0, 0], [1, 0, 0, 0, 1, 0])).toBeUndefined()
  })
})

describe('orientation letters', () => {
  it('name a direction, strongest first', () => {
    expect(directionLetters([1, 0, 0])).toBe('L')
    expect(directionLetters([0.5, -0.8, 0])).toBe('AL')
    expect(oppositeLetters('AL')).toBe('PR')
  })

  it('of an upright axial slice have the patient’s right on the left', () => {
    expect(edgeLetters([1, 0], [0, 1], axial(0), [])).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' })
  })

  it('follow a flip and a rotation', () => {
    expect(edgeLetters([-1, 0], [0, 1], axial(0), [])).toMatchObject({ left: 'L', right: 'R' })
    expect(edgeLetters([0, -1], [1, 0], axial(0), [])).toEqual({ left: 'P', right: 'A', top: 'R', bottom: 'L' })
  })

  it('of a projection come from Patient Orientation, and there are none without it', () => {
    expect(edgeLetters([1, 0], [0, 1], undefined, ['L', 'F'])).toEqual({ left: 'R', right: 'L', top: 'H', bottom: 'F' })
    expect(edgeLetters([1, 0], [0, 1], undefined, [])).toBeUndefined()
  })
})

it('a scale bar is a round length that fits', () => {
  expect(scaleBarLength(0.74)).toBe(50)
  expect(scaleBarLength(0.1)).toBe(10)
  expect(scaleBarLength(0.0005)).toBeCloseTo(0.05)
})
