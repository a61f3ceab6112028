import { frameUrl } from '../../api/dicomweb'
import type { Frame } from '../../domain/frames'

export const SCHEME = 'atrium'

const frames = new Map<string, Frame>()

/** Makes a frame known and gives the image id that cornerstone uses for it. */
export function register(frame: Frame): string {
  const imageId = `${SCHEME}:${frameUrl(frame, frame.frameNumber)}`
  frames.set(imageId, frame)
  return imageId
}

export function frameOf(imageId: string): Frame | undefined {
  return frames.get(imageId)
}

export function urlOf(imageId: string): string {
  return imageId.slice(SCHEME.length + 1)
}

export function forgetFrames(): void {
  frames.clear()
}
