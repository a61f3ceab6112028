import type { Dataset, JsonElement, PersonNameValue } from './dicomJson'

/** One line of the field browser. */
export interface FieldRow {
  /** Path of tags, unique within the data set. */
  path: string
  tag: string
  vr: string
  name: string
  value: string
  depth: number
}

const LONGEST = 400

/** Every attribute of a data set as lines, sequences opened, in tag order. */
export function fieldRows(dataset: Dataset, names: Record<string, string>, words: { bulk: string; binary: (size: string) => string }): FieldRow[] {
  const rows: FieldRow[] = []
  const walk = (level: Dataset, depth: number, prefix: string): void => {
    for (const tag of Object.keys(level).sort()) {
      const element = level[tag] as JsonElement
      const path = `${prefix}${tag}`
      const nested = element.vr === 'SQ' ? ((element.Value ?? []) as Dataset[]) : []
      rows.push({ path, tag: `(${tag.slice(0, 4)},${tag.slice(4)})`, vr: element.vr, name: names[tag] ?? '', value: valueText(element, words), depth })
      nested.forEach((child, index) => {
        rows.push({ path: `${path}/${index}`, tag: '', vr: '', name: `#${index + 1}`, value: '', depth: depth + 1 })
        walk(child, depth + 2, `${path}/${index}/`)
      })
    }
  }
  walk(dataset, 0, '')
  return rows
}

export function matchesField(row: FieldRow, wanted: string): boolean {
  const needle = wanted.trim().toLowerCase().replace(/^\(|\)$/g, '')
  const compact = needle.replace(',', '')
  return (
    needle === '' ||
    row.name.toLowerCase().includes(needle) ||
    row.value.toLowerCase().includes(needle) ||
    (compact.length >= 4 && row.tag.replace(/[(),]/g, '').toLowerCase().startsWith(compact))
  )
}

function valueText(element: JsonElement, words: { bulk: string; binary: (size: string) => string }): string {
  if (element.BulkDataURI) return words.bulk
  if (element.InlineBinary) return words.binary(`${Math.floor((element.InlineBinary.length * 3) / 4)} B`)
  if (element.vr === 'SQ') return ''
  const text = (element.Value ?? []).map(oneValue).join(' \\ ')
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function oneValue(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  const { Alphabetic, Ideographic, Phonetic } = value as PersonNameValue
  return [Alphabetic, Ideographic, Phonetic].filter(Boolean).join(' = ')
}
