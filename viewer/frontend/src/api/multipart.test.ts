import { describe, expect, it } from 'vitest'
import { firstPart, parameter } from './multipart'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (body: Uint8Array) => new TextDecoder().decode(body)

describe('a multipart answer', () => {
  const type = 'multipart/related; type="application/octet-stream"; boundary=b1'

  it('gives the bytes of its first part and their transfer syntax', () => {
    const part = firstPart(type, bytes('--b1\r\nContent-Type: application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.80\r\nContent-Location: /x\r\n\r\nPIXELS\r\n--b1--\r\n'))
    expect(text(part.body)).toBe('PIXELS')
    expect(parameter(part.contentType, 'transfer-syntax')).toBe('1.2.840.10008.1.2.4.80')
  })

  it('may begin with an empty line and hold line ends and dashes in its pixels', () => {
    const part = firstPart(type, bytes('\r\n--b1\r\nContent-Type: image/jls\r\n\r\n\r\n--b\r\n\r\n\r\n--b1--'))
    expect(text(part.body)).toBe('\r\n--b\r\n\r\n')
    expect(parameter(part.contentType, 'transfer-syntax')).toBe('')
  })

  it('that is cut short is an error, not half a picture', () => {
    expect(() => firstPart(type, bytes('--b1\r\nContent-Type: x/y\r\n\r\nPIX'))).toThrow('cut short')
    expect(() => firstPart(type, bytes('nothing'))).toThrow('without a part')
  })

  it('may be single part after all', () => {
    expect(text(firstPart('application/dicom', bytes('DICM')).body)).toBe('DICM')
    expect(parameter('image/jls; transfer-syntax="1.2"; q=1', 'transfer-syntax')).toBe('1.2')
  })
})
