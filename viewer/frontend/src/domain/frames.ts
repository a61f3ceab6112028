import { pixelOrigin, type PixelOrigin } from './compression'
import { item, items, number, numbers, text, texts, values, type Dataset } from './dicomJson'
import { planeFrom, type Plane } from './geometry'
import { TAG } from './tags'
import type { Window } from './windowing'

/** One picture: a single-frame instance, or one frame of a multi-frame instance. */
export interface Frame {
  studyInstanceUid: string
  seriesInstanceUid: string
  sopInstanceUid: string
  sopClassUid: string
  frameNumber: number
  instanceNumber: number
  modality: string
  rows: number
  columns: number
  pixel: PixelLayout
  rescale: { slope: number; intercept: number }
  windows: Window[]
  voiLutFunction: string
  plane: Plane | undefined
  /** Row spacing, column spacing in mm between centres, and whether they are measured at the detector. */
  spacing: { row: number; column: number; atDetector: boolean } | undefined
  thickness: number | undefined
  patientOrientation: string[]
  laterality: string
  viewPosition: string
  origin: PixelOrigin
  dataset: Dataset
}

export interface PixelLayout {
  samplesPerPixel: number
  photometricInterpretation: string
  planarConfiguration: number
  bitsAllocated: number
  bitsStored: number
  highBit: number
  pixelRepresentation: number
}

/** True for an instance whose pixels are a picture of rows and columns. */
export function hasPicture(dataset: Dataset): boolean {
  return (number(dataset, TAG.Rows) ?? 0) > 0 && (number(dataset, TAG.Columns) ?? 0) > 0
}

/** All frames of an instance in stored order; attributes from per-frame, then shared groups, then the data set. */
export function framesOf(dataset: Dataset): Frame[] {
  const count = Math.max(1, Math.trunc(number(dataset, TAG.NumberOfFrames) ?? 1))
  const shared = item(dataset, TAG.SharedFunctionalGroupsSequence)
  const perFrame = items(dataset, TAG.PerFrameFunctionalGroupsSequence)
  const origin = pixelOrigin(dataset)
  return Array.from({ length: count }, (_, index) => frameOf(dataset, [perFrame[index], shared], origin, index + 1))
}

function frameOf(
  dataset: Dataset,
  groups: (Dataset | undefined)[],
  origin: PixelOrigin,
  frameNumber: number,
): Frame {
  const macro = (tag: string): Dataset => {
    for (const group of groups) {
      const found = item(group, tag)
      if (found) return found
    }
    return dataset
  }
  const voi = macro(TAG.FrameVOILUTSequence)
  const transformation = macro(TAG.PixelValueTransformationSequence)
  const measures = macro(TAG.PixelMeasuresSequence)
  const position = numbers(macro(TAG.PlanePositionSequence), TAG.ImagePositionPatient)
  const orientation = numbers(macro(TAG.PlaneOrientationSequence), TAG.ImageOrientationPatient)
  const bitsAllocated = number(dataset, TAG.BitsAllocated) ?? 8
  const bitsStored = number(dataset, TAG.BitsStored) ?? bitsAllocated
  return {
    studyInstanceUid: text(dataset, TAG.StudyInstanceUID),
    seriesInstanceUid: text(dataset, TAG.SeriesInstanceUID),
    sopInstanceUid: text(dataset, TAG.SOPInstanceUID),
    sopClassUid: text(dataset, TAG.SOPClassUID),
    frameNumber,
    instanceNumber: number(dataset, TAG.InstanceNumber) ?? 0,
    modality: text(dataset, TAG.Modality),
    rows: number(dataset, TAG.Rows) ?? 0,
    columns: number(dataset, TAG.Columns) ?? 0,
    pixel: {
      samplesPerPixel: number(dataset, TAG.SamplesPerPixel) ?? 1,
      photometricInterpretation: text(dataset, TAG.PhotometricInterpretation) || 'MONOCHROME2',
      planarConfiguration: number(dataset, TAG.PlanarConfiguration) ?? 0,
      bitsAllocated,
      bitsStored,
      highBit: number(dataset, TAG.HighBit) ?? bitsStored - 1,
      pixelRepresentation: number(dataset, TAG.PixelRepresentation) ?? 0,
    },
    rescale: {
      slope: number(transformation, TAG.RescaleSlope) || 1,
      intercept: number(transformation, TAG.RescaleIntercept) ?? 0,
    },
    windows: windowsOf(voi),
    voiLutFunction: text(voi, TAG.VOILUTFunction) || 'LINEAR',
    plane: planeFrom(position, orientation),
    spacing: spacingOf(dataset, measures),
    thickness: number(measures, TAG.SliceThickness),
    patientOrientation: texts(dataset, TAG.PatientOrientation),
    laterality: text(dataset, TAG.ImageLaterality) || text(dataset, TAG.Laterality),
    viewPosition: text(dataset, TAG.ViewPosition),
    origin,
    dataset,
  }
}

function windowsOf(voi: Dataset): Window[] {
  const centers = numbers(voi, TAG.WindowCenter)
  const widths = numbers(voi, TAG.WindowWidth)
  return centers.flatMap((center, index) => {
    const width = widths[index]
    return width !== undefined && width > 0 ? [{ center, width }] : []
  })
}

function spacingOf(dataset: Dataset, measures: Dataset): Frame['spacing'] {
  const [row, column] = numbers(measures, TAG.PixelSpacing)
  if (row && column) {
    // Pixel Spacing equal to the detector's on a projection says that nobody corrected for magnification.
    const [atDetectorRow] = numbers(dataset, TAG.ImagerPixelSpacing)
    return { row, column, atDetector: atDetectorRow !== undefined && Math.abs(atDetectorRow - row) < 1e-6 }
  }
  const [imagerRow, imagerColumn] = numbers(dataset, TAG.ImagerPixelSpacing)
  if (imagerRow && imagerColumn) return { row: imagerRow, column: imagerColumn, atDetector: true }
  return ultrasoundSpacing(dataset)
}

/** Spacing of an ultrasound picture with exactly one region measured in centimetres (PS3.3 §C.8.5.5). */
function ultrasoundSpacing(dataset: Dataset): Frame['spacing'] {
  const CENTIMETRES = 3
  const regions = items(dataset, TAG.SequenceOfUltrasoundRegions)
  const region = regions.length === 1 ? regions[0] : undefined
  if (number(region, TAG.PhysicalUnitsXDirection) !== CENTIMETRES) return undefined
  const [x, y] = [number(region, TAG.PhysicalDeltaX), number(region, TAG.PhysicalDeltaY)]
  return x && y ? { row: Math.abs(y) * 10, column: Math.abs(x) * 10, atDetector: false } : undefined
}

/** Milliseconds between frames, from Frame Time, Cine Rate or the recommended rate; 15 per second otherwise. */
export function frameDuration(dataset: Dataset): number {
  const time = number(dataset, TAG.FrameTime)
  if (time && time > 0) return time
  const rate = number(dataset, TAG.RecommendedDisplayFrameRate) ?? number(dataset, TAG.CineRate)
  return rate && rate > 0 ? 1000 / rate : 1000 / 15
}

/** Window explanations stored beside the windows, e.g. ["LUNG", "MEDIASTINUM"]. */
export function windowNames(dataset: Dataset): string[] {
  return values(dataset, TAG.WindowCenterWidthExplanation).map((value) => (typeof value === 'string' ? value : ''))
}
