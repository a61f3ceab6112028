import { item, number, text, texts, type Dataset } from './dicomJson'
import type { Frame } from './frames'
import { TAG } from './tags'

/**
 * Factor from Bq/ml to g/ml body-weight SUV, or undefined when the header does not carry what it takes.
 *
 * Follows the QIBA vendor-neutral pseudo-code: attenuation and decay corrected to START, Units BQML, weight, dose and
 * half life present. Anything less is shown in Bq/ml rather than guessed.
 */
export function suvFactor(dataset: Dataset): number | undefined {
  if (text(dataset, TAG.Modality) !== 'PT' || text(dataset, TAG.Units) !== 'BQML') return undefined
  const corrections = texts(dataset, TAG.CorrectedImage)
  if (!corrections.includes('ATTN') || !corrections.includes('DECY')) return undefined
  const decay = text(dataset, TAG.DecayCorrection)
  const weight = number(dataset, TAG.PatientWeight)
  const drug = item(dataset, TAG.RadiopharmaceuticalInformationSequence)
  const dose = number(drug, TAG.RadionuclideTotalDose)
  const halfLife = number(drug, TAG.RadionuclideHalfLife)
  if (!weight || !dose || !halfLife) return undefined
  if (decay === 'ADMIN') return (weight * 1000) / dose
  if (decay !== 'START') return undefined
  const start = scanStart(dataset)
  const injected = injection(drug, text(dataset, TAG.SeriesDate))
  if (start === undefined || injected === undefined || start < injected) return undefined
  const decayed = dose * 2 ** (-(start - injected) / halfLife)
  return (weight * 1000) / decayed
}

/** True when values are real numbers (SUV, a fractional slope), which the LINEAR function of whole grey values would spoil. */
export function hasExactWindow(frame: Pick<Frame, 'dataset' | 'voiLutFunction' | 'rescale' | 'windows'>): boolean {
  return (
    frame.voiLutFunction === 'LINEAR_EXACT' ||
    !Number.isInteger(frame.rescale.slope) ||
    (frame.windows[0]?.width ?? 2) <= 1 ||
    suvFactor(frame.dataset) !== undefined
  )
}

function scanStart(dataset: Dataset): number | undefined {
  const series = seconds(text(dataset, TAG.SeriesDate), text(dataset, TAG.SeriesTime))
  const acquired = seconds(text(dataset, TAG.AcquisitionDate), text(dataset, TAG.AcquisitionTime))
  // A series time after the acquisition is one of a reformatted series; the acquisition is the scan then.
  return series !== undefined && acquired !== undefined ? Math.min(series, acquired) : (series ?? acquired)
}

function injection(drug: Dataset | undefined, seriesDate: string): number | undefined {
  const moment = text(drug, TAG.RadiopharmaceuticalStartDateTime)
  if (moment.length >= 14) return seconds(moment.slice(0, 8), moment.slice(8))
  return seconds(seriesDate, text(drug, TAG.RadiopharmaceuticalStartTime))
}

function seconds(date: string, time: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(date)
  const clock = /^(\d{2})(\d{2})(\d{2}(?:\.\d+)?)/.exec(time)
  if (!match || !clock) return undefined
  const day = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / 1000
  return day + Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])
}
