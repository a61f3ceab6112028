import type { PixelLayout } from './frames'

/** What an encoded frame really is, whatever its header says. */

const BASELINE = '1.2.840.10008.1.2.4.50'
const EXTENDED = '1.2.840.10008.1.2.4.51'
const LOSSLESS = '1.2.840.10008.1.2.4.57'
const LOSSLESS_FIRST_ORDER = '1.2.840.10008.1.2.4.70'
const JPEG_2000 = new Set(['90', '91', '201', '202', '203'].map((last) => `1.2.840.10008.1.2.4.${last}`))
const JPEG = new Set([BASELINE, EXTENDED, LOSSLESS, LOSSLESS_FIRST_ORDER])

/** Syntaxes whose every frame lost something: JPEG baseline and extended, JPEG-LS near-lossless, JPEG XL from JPEG. */
const ALWAYS_LOSSY = new Set([BASELINE, EXTENDED, '1.2.840.10008.1.2.4.81', '1.2.840.10008.1.2.4.111'])

/**
 * The JPEG process a frame is in (ISO/IEC 10918-1, Table B.1), as a transfer syntax.
 *
 * Objects exist whose header says lossless over a baseline stream; a lossless decoder makes noise of it without a word.
 */
export function actualSyntax(declared: string, bytes: Uint8Array): string {
  if (!JPEG.has(declared)) return declared
  switch (segments(bytes).find(isStartOfFrame)) {
    case 0xc0:
      return BASELINE
    case 0xc1:
      return EXTENDED
    case 0xc3:
      return declared === LOSSLESS ? LOSSLESS : LOSSLESS_FIRST_ORDER
    default:
      return declared
  }
}

export function isAlwaysLossy(transferSyntaxUid: string): boolean {
  return ALWAYS_LOSSY.has(transferSyntaxUid)
}

/**
 * True when the browser's decoders would read this frame wrongly without noticing, so that the archive has to decode it.
 *
 * JPEG 2000 whose codestream tells another sign or precision than the header (PS3.5 §A.4.4 wants them equal), and
 * baseline JPEG that holds RGB without a JFIF or Adobe marker to say so, which browsers take for YBR.
 */
export function misleadsDecoder(pixel: PixelLayout, transferSyntaxUid: string, bytes: Uint8Array): boolean {
  if (transferSyntaxUid === BASELINE) {
    return pixel.samplesPerPixel === 3 && pixel.photometricInterpretation === 'RGB' && !segments(bytes).some(isColourMarker)
  }
  if (!JPEG_2000.has(transferSyntaxUid)) return false
  const size = codestreamSize(bytes)
  return size !== undefined && (size.signed !== (pixel.pixelRepresentation === 1) || size.precision !== pixel.bitsStored)
}

/** Sign and precision of the first component: Ssiz of the SIZ marker segment (ISO/IEC 15444-1, A.5.1). */
function codestreamSize(bytes: Uint8Array): { signed: boolean; precision: number } | undefined {
  // A bare codestream begins FF4F FF51; in a JP2 wrapper it follows a few boxes.
  for (let at = 0; at + 42 < Math.min(bytes.length, 4096); at += 1) {
    if (bytes[at] !== 0xff || bytes[at + 1] !== 0x4f || bytes[at + 2] !== 0xff || bytes[at + 3] !== 0x51) continue
    const component = bytes[at + 42] as number
    return { signed: component >= 128, precision: (component & 127) + 1 }
  }
  return undefined
}

/** Markers of the segments up to and with the start of frame, in order. */
function segments(bytes: Uint8Array): number[] {
  const markers: number[] = []
  let at = 2
  while (at + 3 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number
    if (marker !== 0xff) markers.push(marker)
    if (isStartOfFrame(marker)) return markers
    at += marker === 0xff ? 1 : 2 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
  }
  return markers
}

function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}

/** APP0 (JFIF) and APP14 (Adobe) tell every decoder the colour space. */
function isColourMarker(marker: number): boolean {
  return marker === 0xe0 || marker === 0xee
}
