/** Window presets by modality and their keys 1–9. */

export interface Window {
  center: number
  width: number
}

export interface Preset extends Window {
  id: string
  /** Only digits 1–9 are keys. */
  key: string
}

const CT: [string, number, number][] = [
  ['softTissue', 400, 40],
  ['lung', 1400, -500],
  ['bone', 2000, 350],
  ['brain', 80, 40],
  ['liver', 150, 60],
  ['mediastinum', 350, 50],
  ['angio', 600, 300],
  ['stroke', 40, 40],
  ['temporalBone', 4000, 700],
]
const PET: [string, number, number][] = [
  ['suv5', 5, 2.5],
  ['suv7', 7, 3.5],
  ['suv10', 10, 5],
  ['suv15', 15, 7.5],
  ['suv20', 20, 10],
]

/** Presets of a modality. PET ones only make sense on SUV, so they need `inSuv`. */
export function presetsFor(modality: string, inSuv = false): Preset[] {
  const table = modality === 'CT' ? CT : modality === 'PT' && inSuv ? PET : []
  return table.map(([id, width, center], index) => ({ id, width, center, key: String(index + 1) }))
}

/**
 * Bounds of a window: LINEAR of PS3.3 §C.11.2.1.2.1, or LINEAR_EXACT of §C.11.2.1.3.2 when `exact`.
 *
 * LINEAR counts whole grey values, so it fits stored integers; SUV and other real numbers take the exact form.
 */
export function bounds(window: Window, exact = false): { lower: number; upper: number } {
  if (exact) return { lower: window.center - window.width / 2, upper: window.center + window.width / 2 }
  return { lower: window.center - 0.5 - (window.width - 1) / 2, upper: window.center - 0.5 + (window.width - 1) / 2 }
}

/** The window between two bounds; undoes `bounds`. */
export function fromBounds(lower: number, upper: number, exact = false): Window {
  if (exact) return { center: (lower + upper) / 2, width: upper - lower }
  return { center: (lower + upper + 1) / 2, width: upper - lower + 1 }
}

/** Short text of a number in a window: whole numbers where the values are large, else two digits. */
export function windowText(value: number, width: number): string {
  const digits = width >= 20 ? 0 : width >= 2 ? 1 : 3
  return value.toFixed(digits).replace('-', '−')
}
