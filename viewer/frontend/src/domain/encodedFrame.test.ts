import { expect, it } from 'vitest'
import { actualSyntax, isAlwaysLossy, misleadsDecoder } from './encodedFrame'
import type { PixelLayout } from './frames'

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

it('a codestream that contradicts its header goes to the archive', () => {
  const codestream = (component: number) => Uint8Array.from({ length: 60 }, (_, at) => [0xff, 0x4f, 0xff, 0x51][at] ?? (at === 42 ? component : 0))
  const signed = { samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2', pixelRepresentation: 1, bitsStored: 16 } as PixelLayout
  expect(misleadsDecoder(signed, uid('90'), codestream(0x80 | 15))).toBe(false)
  expect(misleadsDecoder(signed, uid('90'), codestream(15))).toBe(true)
  expect(misleadsDecoder(signed, uid('201'), codestream(0x80 | 11))).toBe(true)
  expect(misleadsDecoder(signed, uid('80'), codestream(15))).toBe(false)
  const rgb = { ...signed, samplesPerPixel: 3, photometricInterpretation: 'RGB' }
  const bare = Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 11, 8)
  expect(misleadsDecoder(rgb, uid('50'), bare)).toBe(true)
  expect(misleadsDecoder(rgb, uid('50'), jpeg(0xc0))).toBe(false)
  expect(misleadsDecoder({ ...rgb, photometricInterpretation: 'YBR_FULL_422' }, uid('50'), bare)).toBe(false)
})
