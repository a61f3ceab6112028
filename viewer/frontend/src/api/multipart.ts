/** Reading of multipart/related answers (RFC 2387, PS3.18 §8.6.1). */

export interface Part {
  contentType: string
  body: Uint8Array
}

/** First part of a multipart body; the body itself when the answer was single part. Throws on a broken frame. */
export function firstPart(contentType: string, bytes: Uint8Array): Part {
  if (!/^multipart\//i.test(contentType)) return { contentType, body: bytes }
  const headerEnd = find(bytes, CRLF_CRLF, 0)
  const lineEnd = find(bytes, CRLF, 0)
  if (headerEnd < 0 || lineEnd < 0) throw new Error('multipart answer without a part')
  // The delimiter line is what the server really wrote; trusting it avoids the quoting rules of the parameter.
  const start = lineEnd === 0 ? find(bytes, CRLF, 2) : lineEnd
  const delimiter = bytes.subarray(lineEnd === 0 ? 2 : 0, start)
  const bodyStart = headerEnd + CRLF_CRLF.length
  const bodyEnd = findLast(bytes, delimiter, bodyStart)
  if (bodyEnd < 0) throw new Error('multipart answer cut short')
  const headers = new TextDecoder().decode(bytes.subarray(0, headerEnd))
  const type = /^content-type:\s*(.+)$/im.exec(headers)?.[1]?.trim() ?? ''
  return { contentType: type, body: bytes.subarray(bodyStart, bodyEnd - CRLF.length) }
}

/** A parameter of a media type, without quotes. */
export function parameter(contentType: string, name: string): string {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*("([^"]*)"|[^;\\s]+)`, 'i').exec(contentType)
  return match ? (match[2] ?? match[1] ?? '') : ''
}

const CRLF = new Uint8Array([13, 10])
const CRLF_CRLF = new Uint8Array([13, 10, 13, 10])

function find(bytes: Uint8Array, pattern: Uint8Array, from: number): number {
  const limit = Math.min(bytes.length - pattern.length, from + 4096)
  for (let index = from; index <= limit; index += 1) if (matches(bytes, pattern, index)) return index
  return -1
}

/** The closing delimiter is at the very end: searching from there never scans the pixels. */
function findLast(bytes: Uint8Array, pattern: Uint8Array, from: number): number {
  for (let index = bytes.length - pattern.length; index >= from; index -= 1) {
    if (matches(bytes, pattern, index)) return index
  }
  return -1
}

function matches(bytes: Uint8Array, pattern: Uint8Array, at: number): boolean {
  for (let index = 0; index < pattern.length; index += 1) if (bytes[at + index] !== pattern[index]) return false
  return true
}
