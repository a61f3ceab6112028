import type { Dataset } from '../domain/dicomJson'
import { getJson, send } from './client'
import { firstPart, parameter } from './multipart'

const ROOT = '/dicom-web'
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1'

export interface InstanceAddress {
  studyInstanceUid: string
  seriesInstanceUid: string
  sopInstanceUid: string
}

export interface EncodedFrame {
  transferSyntaxUid: string
  bytes: Uint8Array
}

export function seriesUrl(studyUid: string, seriesUid: string): string {
  return `${ROOT}/studies/${studyUid}/series/${seriesUid}`
}

export function instanceUrl(address: InstanceAddress): string {
  return `${seriesUrl(address.studyInstanceUid, address.seriesInstanceUid)}/instances/${address.sopInstanceUid}`
}

export function frameUrl(address: InstanceAddress, frameNumber: number): string {
  return `${instanceUrl(address)}/frames/${frameNumber}`
}

/** A rendered picture no larger than rows x columns of the viewport, in device pixels. */
export function renderedFrameUrl(address: InstanceAddress, frameNumber: number, viewport: number): string {
  return `${frameUrl(address, frameNumber)}/rendered?viewport=${viewport},${viewport}`
}

/** A thumbnail resource asked for in another size. */
export function thumbnailUrl(thumbnail: string, size: number): string {
  return `${thumbnail}${thumbnail.includes('?') ? '&' : '?'}viewport=${size},${size}`
}

export function readSeriesMetadata(studyUid: string, seriesUid: string, signal?: AbortSignal): Promise<Dataset[]> {
  return getJson(`${seriesUrl(studyUid, seriesUid)}/metadata`, signal)
}

/**
 * One frame as stored (`*`), or in the given transfer syntax.
 *
 * Raises ApiError when the archive refuses, Error when the answer is not a frame.
 */
export async function readFrame(url: string, transferSyntax: string, signal?: AbortSignal): Promise<EncodedFrame> {
  const accept = `multipart/related; type="application/octet-stream"; transfer-syntax=${transferSyntax}`
  const response = await send(url, { headers: { Accept: accept }, ...(signal ? { signal } : {}) })
  const bytes = new Uint8Array(await response.arrayBuffer())
  const part = firstPart(response.headers.get('Content-Type') ?? '', bytes)
  return { transferSyntaxUid: parameter(part.contentType, 'transfer-syntax') || EXPLICIT_LITTLE_ENDIAN, bytes: part.body }
}

/** Bytes behind a BulkDataURI, fetched from this origin whatever host the URI names. */
export async function readBulkData(uri: string, signal?: AbortSignal): Promise<Uint8Array> {
  const { pathname, search } = new URL(uri, window.location.origin)
  const accept = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
  const response = await send(`${pathname}${search}`, { headers: { Accept: accept }, ...(signal ? { signal } : {}) })
  const bytes = new Uint8Array(await response.arrayBuffer())
  return firstPart(response.headers.get('Content-Type') ?? '', bytes).body
}
