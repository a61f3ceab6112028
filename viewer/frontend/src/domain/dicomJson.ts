/** Typed reading of the DICOM JSON Model (PS3.18 Annex F). Never throws: an absent or odd value reads as empty. */

export interface JsonElement {
  vr: string
  Value?: unknown[]
  BulkDataURI?: string
  InlineBinary?: string
}

/** One data set: eight hexadecimal digits (upper case) to element. */
export type Dataset = Record<string, JsonElement>

export interface PersonNameValue {
  Alphabetic?: string
  Ideographic?: string
  Phonetic?: string
}

export function values(dataset: Dataset | undefined, tag: string): unknown[] {
  const value = dataset?.[tag]?.Value
  return Array.isArray(value) ? value : []
}

/** First value as text; numbers are written out, a person name gives its alphabetic group. */
export function text(dataset: Dataset | undefined, tag: string): string {
  return asText(values(dataset, tag)[0])
}

export function texts(dataset: Dataset | undefined, tag: string): string[] {
  return values(dataset, tag).map(asText)
}

/** First value as a number, or undefined when absent or not a finite number. */
export function number(dataset: Dataset | undefined, tag: string): number | undefined {
  return asNumber(values(dataset, tag)[0])
}

/** All values as numbers, or an empty array when any is not a number: half a vector is worth nothing. */
export function numbers(dataset: Dataset | undefined, tag: string): number[] {
  const found = values(dataset, tag).map(asNumber)
  return found.every((value) => value !== undefined) ? (found as number[]) : []
}

export function items(dataset: Dataset | undefined, tag: string): Dataset[] {
  return values(dataset, tag).filter((value): value is Dataset => typeof value === 'object' && value !== null)
}

export function item(dataset: Dataset | undefined, tag: string): Dataset | undefined {
  return items(dataset, tag)[0]
}

export function personName(dataset: Dataset | undefined, tag: string): PersonNameValue {
  const value = values(dataset, tag)[0]
  if (typeof value === 'string') return { Alphabetic: value }
  return typeof value === 'object' && value !== null ? (value as PersonNameValue) : {}
}

/** Bytes of an inline binary value, or undefined when the value is absent or elsewhere. */
export function inlineBytes(element: JsonElement | undefined): Uint8Array | undefined {
  if (!element?.InlineBinary) return undefined
  const decoded = atob(element.InlineBinary)
  return Uint8Array.from(decoded, (character) => character.charCodeAt(0))
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  if (typeof value === 'number') return String(value)
  if (typeof value === 'object' && value !== null) return ((value as PersonNameValue).Alphabetic ?? '').trim()
  return ''
}

function asNumber(value: unknown): number | undefined {
  const parsed = typeof value === 'number' ? value : typeof value === 'string' && value.trim() ? Number(value) : NaN
  return Number.isFinite(parsed) ? parsed : undefined
}
