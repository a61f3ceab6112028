import type { Dataset } from './dicomJson'

/** A small data set for tests: `{ '00280010': ['US', 512] }` becomes DICOM JSON. */
export function dataset(elements: Record<string, [vr: string, ...values: unknown[]]>): Dataset {
  return Object.fromEntries(Object.entries(elements).map(([tag, [vr, ...Value]]) => [tag, { vr, Value }]))
}

/** A single-frame CT slice at a height z. */
export function ctSlice(z: number, instanceNumber: number, more: Dataset = {}): Dataset {
  return {
    ...dataset({
      '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.2'],
      '00080018': ['UI', `1.2.3.${instanceNumber}`],
      '00080060': ['CS', 'CT'],
      '0020000E': ['UI', '1.2.3'],
      '00200013': ['IS', instanceNumber],
      '00200032': ['DS', 0, 0, z],
      '00200037': ['DS', 1, 0, 0, 0, 1, 0],
      '00280010': ['US', 512],
      '00280011': ['US', 512],
      '00280030': ['DS', 0.7, 0.7],
      '00280100': ['US', 16],
      '00281050': ['DS', 40],
      '00281051': ['DS', 400],
      '00281052': ['DS', -1024],
      '00281053': ['DS', 1],
    }),
    '7FE00010': { vr: 'OW', BulkDataURI: '/pixels' },
    ...more,
  }
}
