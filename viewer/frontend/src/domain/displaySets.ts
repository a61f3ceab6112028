import { number, text, type Dataset } from './dicomJson'
import { framesOf, hasPicture, type Frame } from './frames'
import { sortSlices } from './geometry'
import { TAG } from './tags'

/** What one viewport can show: a stack of frames, or one instance that is not a stack. */
export interface DisplaySet {
  key: string
  studyInstanceUid: string
  seriesInstanceUid: string
  seriesNumber: number
  modality: string
  description: string
  sopClassUid: string
  /** All instances in it, in display order. */
  instances: Dataset[]
  /** Empty unless this is a stack. */
  frames: Frame[]
  /** True when the frames are a loop in time, so that Space plays it. */
  cine: boolean
}

const WHOLE_SLIDE = '1.2.840.10008.5.1.4.1.1.77.1.6'
const VIDEO = new Set([
  '1.2.840.10008.5.1.4.1.1.77.1.1.1',
  '1.2.840.10008.5.1.4.1.1.77.1.2.1',
  '1.2.840.10008.5.1.4.1.1.77.1.4.1',
])
/** Float and double float pixels need a volume pipeline; segmentations and dose are drawn over something else. */
const NOT_A_STACK = new Set([
  '1.2.840.10008.5.1.4.1.1.66.4',
  '1.2.840.10008.5.1.4.1.1.66.7',
  '1.2.840.10008.5.1.4.1.1.30',
  WHOLE_SLIDE,
  ...VIDEO,
])
/** Multi-frame classes whose frames are slices of a volume, not a loop. */
const VOLUMES = new Set([
  '1.2.840.10008.5.1.4.1.1.2.1',
  '1.2.840.10008.5.1.4.1.1.4.1',
  '1.2.840.10008.5.1.4.1.1.128.1',
  '1.2.840.10008.5.1.4.1.1.130',
  '1.2.840.10008.5.1.4.1.1.20',
  '1.2.840.10008.5.1.4.1.1.13.1.3',
  '1.2.840.10008.5.1.4.1.1.77.1.5.4',
  '1.2.840.10008.5.1.4.1.1.481.2',
])

/**
 * Splits the instances of a series into what can be shown.
 *
 * Single-frame pictures of one series are one stack; every multi-frame object is its own; every other instance is
 * its own, except the levels of a slide, which belong together.
 */
export function displaySetsOf(instances: readonly Dataset[]): DisplaySet[] {
  const singles: Frame[] = []
  const slides: Dataset[] = []
  const others: { order: number; set: DisplaySet }[] = []
  for (const instance of instances) {
    const sopClass = text(instance, TAG.SOPClassUID)
    const order = number(instance, TAG.InstanceNumber) ?? 0
    if (sopClass === WHOLE_SLIDE) slides.push(instance)
    else if (!isStackable(instance, sopClass)) others.push({ order, set: describe([instance], []) })
    else if ((number(instance, TAG.NumberOfFrames) ?? 1) > 1) {
      others.push({ order, set: describe([instance], sortedFrames(framesOf(instance))) })
    } else singles.push(...framesOf(instance))
  }
  const sets: DisplaySet[] = []
  if (singles.length) {
    const frames = sortedFrames(singles)
    sets.push(describe(frames.map((frame) => frame.dataset), frames))
  }
  if (slides.length) {
    const levels = slides.sort((a, b) => (number(b, '00480006') ?? 0) - (number(a, '00480006') ?? 0))
    sets.push(describe(levels, []))
  }
  return [...sets, ...others.sort((a, b) => a.order - b.order).map((other) => other.set)]
}

function isStackable(instance: Dataset, sopClass: string): boolean {
  const hasPixels = instance[TAG.PixelData] !== undefined
  return hasPixels && hasPicture(instance) && !NOT_A_STACK.has(sopClass) && (number(instance, TAG.BitsAllocated) ?? 0) <= 16
}

function sortedFrames(frames: Frame[]): Frame[] {
  const sortable = frames.map((frame) => ({
    frame,
    plane: frame.plane,
    instanceNumber: frame.instanceNumber,
    order: frame.frameNumber,
  }))
  return sortSlices(sortable).map((entry) => entry.frame)
}

function describe(instances: Dataset[], frames: Frame[]): DisplaySet {
  const first = instances[0] ?? {}
  const sopClassUid = text(first, TAG.SOPClassUID)
  const multiFrame = frames.length > 1 && instances.length === 1
  const seriesInstanceUid = text(first, TAG.SeriesInstanceUID)
  return {
    key: `${seriesInstanceUid}/${text(first, TAG.SOPInstanceUID)}`,
    studyInstanceUid: text(first, TAG.StudyInstanceUID),
    seriesInstanceUid,
    seriesNumber: number(first, TAG.SeriesNumber) ?? 0,
    modality: text(first, TAG.Modality),
    description: text(first, TAG.SeriesDescription) || text(first, TAG.ProtocolName),
    sopClassUid,
    instances,
    frames,
    cine: multiFrame && !VOLUMES.has(sopClassUid),
  }
}

/** The frame to show first: the middle of a volume, the first of a loop or of a pair of projections. */
export function firstFrameIndex(set: DisplaySet): number {
  return set.cine || set.frames.length < 4 ? 0 : Math.floor(set.frames.length / 2)
}

export function isVideo(sopClassUid: string): boolean {
  return VIDEO.has(sopClassUid)
}

export function isWholeSlide(sopClassUid: string): boolean {
  return sopClassUid === WHOLE_SLIDE
}
