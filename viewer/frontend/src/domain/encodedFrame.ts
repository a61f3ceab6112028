/** What an encoded frame really is, whatever its header says. */

const BASELINE = '1.2.840.10008.1.2.4.50'
const EXTENDED = '1.2.840.10008.1.2.4.51'
const LOSSLESS = '1.2.840.10008.1.2.4.57'
const LOSSLESS_FIRST_ORDER = '1.2.840.10008.1.2.4.70'
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
  switch (startOfFrame(bytes)) {
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

/** The first SOFn marker, found by walking the segments before it; 0 when there is none. */
function startOfFrame(bytes: Uint8Array): number {
  let at = 2
  while (at + 3 < bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return marker
    at += marker === 0xff ? 1 : 2 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
  }
  return 0
}
