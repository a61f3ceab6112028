import type { Types } from '@cornerstonejs/core'
import { createImage } from '@cornerstonejs/dicom-image-loader'
import { readFrame } from '../../api/dicomweb'
import { actualSyntax, isAlwaysLossy, misleadsDecoder } from '../../domain/encodedFrame'
import { frameOf, urlOf } from './frameRegistry'
import { markDecodedByArchive } from './metadataProvider'
import { loadPalette } from './palette'

const AS_STORED = '*'
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1'

/**
 * cornerstone's image loader for our frames: fetch as stored, decode in a worker.
 *
 * What the browser cannot decode, or would decode wrongly, is asked for once more, decoded by the archive.
 */
export function loadFrame(imageId: string): Types.IImageLoadObject {
  const controller = new AbortController()
  return {
    promise: fetchFrame(imageId, controller.signal),
    cancelFn: () => {
      controller.abort()
    },
  }
}

/** One frame, fetched and decoded. Raises whatever made it impossible, AbortError among it. */
export async function fetchFrame(imageId: string, signal: AbortSignal): Promise<Types.IImage> {
  const frame = frameOf(imageId)
  if (!frame) throw new Error('frame of a study that is no longer open')
  if (frame.pixel.photometricInterpretation === 'PALETTE COLOR') await loadPalette(frame)
  const url = urlOf(imageId)
  const stored = await readFrame(url, AS_STORED, signal)
  const syntax = actualSyntax(stored.transferSyntaxUid, stored.bytes)
  if (isAlwaysLossy(syntax)) frame.origin = { ...frame.origin, lossy: true }
  if (!misleadsDecoder(frame.pixel, syntax, stored.bytes)) {
    try {
      return await decode(imageId, stored.bytes, syntax)
    } catch (error) {
      if (syntax === EXPLICIT_LITTLE_ENDIAN) throw error
    }
  }
  const plain = await readFrame(url, EXPLICIT_LITTLE_ENDIAN, signal)
  markDecodedByArchive(imageId)
  return decode(imageId, plain.bytes, EXPLICIT_LITTLE_ENDIAN)
}

async function decode(imageId: string, bytes: Uint8Array, transferSyntaxUid: string): Promise<Types.IImage> {
  return (await createImage(imageId, bytes, transferSyntaxUid, {
    useRGBA: false,
    preScale: { enabled: true },
  })) as unknown as Types.IImage
}
