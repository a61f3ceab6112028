import { instanceUrl, readBulkData } from '../../api/dicomweb'
import { inlineBytes, numbers } from '../../domain/dicomJson'
import type { Frame } from '../../domain/frames'
import { TAG } from '../../domain/tags'

const COLOURS = [
  ['red', TAG.RedPaletteDescriptor, TAG.RedPaletteData],
  ['green', TAG.GreenPaletteDescriptor, TAG.GreenPaletteData],
  ['blue', TAG.BluePaletteDescriptor, TAG.BluePaletteData],
] as const

type Table = Uint8Array | Uint16Array
const tables = new Map<string, Record<string, unknown>>()

/** Fetches the colour tables of an instance (PS3.3 §C.7.6.3.1.5); to be awaited before its frames are decoded. */
export async function loadPalette(frame: Frame): Promise<void> {
  const key = instanceUrl(frame)
  if (tables.has(key)) return
  const palette: Record<string, unknown> = {}
  for (const [name, descriptorTag, dataTag] of COLOURS) {
    const descriptor = numbers(frame.dataset, descriptorTag)
    const element = frame.dataset[dataTag]
    const bytes = inlineBytes(element) ?? (element?.BulkDataURI ? await readBulkData(element.BulkDataURI) : new Uint8Array())
    palette[`${name}PaletteColorLookupTableDescriptor`] = descriptor
    palette[`${name}PaletteColorLookupTableData`] = tableOf(bytes, descriptor)
  }
  tables.set(key, palette)
}

export function paletteOf(frame: Frame): Record<string, unknown> {
  return tables.get(instanceUrl(frame)) ?? {}
}

function tableOf(bytes: Uint8Array, [entries = 0, , bits = 8]: number[]): Table {
  if (bits <= 8 && bytes.byteLength < (entries || 65536) * 2) return bytes
  return new Uint16Array(bytes.slice().buffer, 0, Math.floor(bytes.byteLength / 2))
}
