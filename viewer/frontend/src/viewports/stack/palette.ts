import { instanceUrl, readBulkData } from '../../api/dicomweb'
import { inlineBytes, numbers, type JsonElement } from '../../domain/dicomJson'
import type { Frame } from '../../domain/frames'
import { expandPalette } from '../../domain/segmentedPalette'
import { TAG } from '../../domain/tags'

const COLOURS = [
  ['red', TAG.RedPaletteDescriptor, TAG.RedPaletteData, TAG.SegmentedRedPaletteData],
  ['green', TAG.GreenPaletteDescriptor, TAG.GreenPaletteData, TAG.SegmentedGreenPaletteData],
  ['blue', TAG.BluePaletteDescriptor, TAG.BluePaletteData, TAG.SegmentedBluePaletteData],
] as const

type Table = Uint8Array | Uint16Array
const tables = new Map<string, Record<string, unknown>>()

/** Fetches the colour tables of an instance (PS3.3 §C.7.6.3.1.5); to be awaited before its frames are decoded. */
export async function loadPalette(frame: Frame): Promise<void> {
  const key = instanceUrl(frame)
  if (tables.has(key)) return
  const palette: Record<string, unknown> = {}
  for (const [name, descriptorTag, plainTag, segmentedTag] of COLOURS) {
    const descriptor = numbers(frame.dataset, descriptorTag)
    const plain = await bytesOf(frame.dataset[plainTag])
    const table = plain.length
      ? tableOf(plain, descriptor)
      : Uint16Array.from(expandPalette(tableOf(await bytesOf(frame.dataset[segmentedTag]), descriptor), descriptor[0] || 65536))
    if (!table.length) throw new Error('palette colour without a palette')
    palette[`${name}PaletteColorLookupTableDescriptor`] = [table.length === 65536 ? 0 : table.length, ...descriptor.slice(1)]
    palette[`${name}PaletteColorLookupTableData`] = table
  }
  tables.set(key, palette)
}

export function paletteOf(frame: Frame): Record<string, unknown> {
  return tables.get(instanceUrl(frame)) ?? {}
}

async function bytesOf(element: JsonElement | undefined): Promise<Uint8Array> {
  return inlineBytes(element) ?? (element?.BulkDataURI ? readBulkData(element.BulkDataURI) : new Uint8Array())
}

function tableOf(bytes: Uint8Array, [entries = 0, , bits = 8]: number[]): Table {
  if (bits <= 8 && bytes.byteLength < (entries || 65536) * 2) return bytes
  return new Uint16Array(bytes.slice().buffer, 0, Math.floor(bytes.byteLength / 2))
}
