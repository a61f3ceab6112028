import { expect, it } from 'vitest'
import { actualSyntax, isAlwaysLossy } from './encodedFrame'

const jpeg = (marker: number) => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc4, 0, 3, 9, 0xff, marker, 0, 11, 8)
const uid = (last: string) => `1.2.840.10008.1.2.4.${last}`

it('a JPEG frame is what its own start-of-frame marker says', () => {
  expect(actualSyntax(uid('70'), jpeg(0xc0))).toBe(uid('50'))
  expect(actualSyntax(uid('50'), jpeg(0xc1))).toBe(uid('51'))
  expect(actualSyntax(uid('50'), jpeg(0xc3))).toBe(uid('70'))
  expect(actualSyntax(uid('57'), jpeg(0xc3))).toBe(uid('57'))
})

it('other syntaxes and broken frames keep what was declared', () => {
  expect(actualSyntax(uid('90'), jpeg(0xc0))).toBe(uid('90'))
  expect(actualSyntax(uid('70'), Uint8Array.of(1, 2, 3))).toBe(uid('70'))
})

it('baseline JPEG is lossy whatever the header forgot to say', () => {
  expect([uid('50'), uid('81'), uid('70'), uid('90')].map(isAlwaysLossy)).toEqual([true, true, false, false])
})
