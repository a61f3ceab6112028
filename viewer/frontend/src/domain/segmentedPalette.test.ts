import { expect, it } from 'vitest'
import { expandPalette } from './segmentedPalette'

it('segments become a plain table', () => {
  expect(expandPalette(Uint16Array.of(0, 1, 0, 1, 4, 1000), 5)).toEqual([0, 250, 500, 750, 1000])
  expect(expandPalette(Uint8Array.of(0, 2, 7, 9, 2, 1, 0, 0, 0, 0), 4)).toEqual([7, 9, 7, 9])
  expect(expandPalette(Uint16Array.of(0, 1, 5, 2, 1, 0, 0), 2)).toEqual([5, 5])
})

it('nonsense becomes no table at all', () => {
  expect(expandPalette(Uint16Array.of(1, 4, 1000), 4)).toEqual([])
  expect(expandPalette(Uint16Array.of(0, 9, 1), 9)).toEqual([])
  expect(expandPalette(Uint16Array.of(7, 1, 1), 1)).toEqual([])
  expect(expandPalette(Uint8Array.of(0, 1, 5, 2, 1, 200, 0, 0, 0), 2)).toEqual([])
})
