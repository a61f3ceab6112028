import { number, text } from '../../domain/dicomJson'
import type { Frame } from '../../domain/frames'
import { hasExactWindow, suvFactor } from '../../domain/suv'
import { TAG } from '../../domain/tags'
import { paletteOf } from './palette'
import { frameOf } from './frameRegistry'

/** Frames that the archive decoded for us: always interleaved RGB or plain grey, whatever the header says of the stored form. */
const decodedByArchive = new Set<string>()

export function markDecodedByArchive(imageId: string): void {
  decodedByArchive.add(imageId)
}

/** Answers cornerstone's questions about a frame from our own reading of the header. */
export function provideMetadata(type: string, ...queries: unknown[]): unknown {
  const imageId = queries[0]
  const frame = typeof imageId === 'string' ? frameOf(imageId) : undefined
  if (!frame) return undefined
  switch (type) {
    case 'imagePixelModule':
      return pixelModule(imageId as string, frame)
    case 'imagePlaneModule':
      return planeModule(frame)
    case 'voiLutModule':
      return voiModule(frame)
    case 'modalityLutModule':
      return {
        rescaleSlope: frame.rescale.slope,
        rescaleIntercept: frame.rescale.intercept,
        rescaleType: text(frame.dataset, TAG.RescaleType),
      }
    case 'generalSeriesModule':
      return {
        modality: frame.modality,
        seriesInstanceUID: frame.seriesInstanceUid,
        studyInstanceUID: frame.studyInstanceUid,
        seriesNumber: number(frame.dataset, TAG.SeriesNumber),
      }
    case 'sopCommonModule':
      return { sopClassUID: frame.sopClassUid, sopInstanceUID: frame.sopInstanceUid }
    case 'scalingModule': {
      const suvbw = suvFactor(frame.dataset)
      return suvbw === undefined ? undefined : { suvbw }
    }
    default:
      return undefined
  }
}

function pixelModule(imageId: string, frame: Frame): Record<string, unknown> {
  const { pixel } = frame
  const plain = decodedByArchive.has(imageId) && pixel.samplesPerPixel === 3
  return {
    ...pixel,
    ...(plain ? { photometricInterpretation: 'RGB', planarConfiguration: 0 } : {}),
    rows: frame.rows,
    columns: frame.columns,
    ...(pixel.photometricInterpretation === 'PALETTE COLOR' ? paletteOf(frame) : {}),
  }
}

function planeModule(frame: Frame): Record<string, unknown> {
  const { plane, spacing } = frame
  const row = plane?.row ?? [1, 0, 0]
  const column = plane?.column ?? [0, 1, 0]
  const size = spacing ?? { row: 1, column: 1 }
  return {
    frameOfReferenceUID: text(frame.dataset, TAG.FrameOfReferenceUID),
    rows: frame.rows,
    columns: frame.columns,
    imageOrientationPatient: [...row, ...column],
    rowCosines: row,
    columnCosines: column,
    imagePositionPatient: plane?.position ?? [0, 0, 0],
    sliceThickness: frame.thickness,
    pixelSpacing: [size.row, size.column],
    rowPixelSpacing: size.row,
    columnPixelSpacing: size.column,
    // Without a stored spacing cornerstone measures in pixels and says so.
    usingDefaultValues: spacing === undefined,
  }
}

function voiModule(frame: Frame): Record<string, unknown> | undefined {
  if (!frame.windows.length) return undefined
  return {
    windowCenter: frame.windows.map((window) => window.center),
    windowWidth: frame.windows.map((window) => window.width),
    // An array, as the library reads element 0; a plain string would give it one letter. LINEAR turns a width below 1
    // into bounds the wrong way round, and the picture into its negative.
    voiLUTFunction: [hasExactWindow(frame) && frame.voiLutFunction === 'LINEAR' ? 'LINEAR_EXACT' : frame.voiLutFunction],
  }
}
