/** Expands segmented palette data (PS3.3 §C.7.9.2) to a plain table. Words are 8 or 16 bit, as the descriptor says. */

const DISCRETE = 0
const LINEAR = 1
const INDIRECT = 2

/** The plain table, or an empty one when the segments make no sense: half a colour table would be wrong everywhere. */
export function expandPalette(words: Uint8Array | Uint16Array, entries: number): number[] {
  const table: number[] = []
  return walk(words, 0, words.length, table, entries, 0) ? table : []
}

function walk(words: Uint8Array | Uint16Array, from: number, to: number, table: number[], entries: number, depth: number): boolean {
  let at = from
  while (at + 1 < to && table.length < entries) {
    const [opcode, count] = [words[at] as number, words[at + 1] as number]
    at += 2
    if (opcode === DISCRETE) {
      if (at + count > to) return false
      for (let index = 0; index < count; index += 1) table.push(words[at + index] as number)
      at += count
    } else if (opcode === LINEAR) {
      const start = table.at(-1)
      const end = words[at]
      if (start === undefined || end === undefined || count === 0) return false
      for (let step = 1; step <= count; step += 1) table.push(Math.round(start + ((end - start) * step) / count))
      at += 1
    } else if (opcode === INDIRECT && depth === 0) {
      if (!indirect(words, at, count, table, entries)) return false
      at += words instanceof Uint8Array ? 4 : 2
    } else return false
  }
  return table.length > 0
}

/** Copies `count` earlier segments, found at a byte offset told in the next words, least significant first. */
function indirect(words: Uint8Array | Uint16Array, at: number, count: number, table: number[], entries: number): boolean {
  const wide = words instanceof Uint16Array
  const parts = Array.from(words.subarray(at, at + (wide ? 2 : 4)))
  const offset = parts.reduce((sum, part, index) => sum + part * (wide ? 65536 : 256) ** index, 0)
  const start = offset / (wide ? 2 : 1)
  let end = start
  for (let segment = 0; segment < count; segment += 1) {
    const [opcode, size] = [words[end], words[end + 1]]
    if (opcode === undefined || size === undefined || opcode === INDIRECT) return false
    end += opcode === DISCRETE ? 2 + size : 3
  }
  return end <= at && walk(words, start, end, table, entries, 1)
}
