import { instanceUrl } from '../api/dicomweb'
import { firstPart } from '../api/multipart'
import { send } from '../api/client'
import { text, type Dataset } from '../domain/dicomJson'
import { TAG } from '../domain/tags'

/** Saves an instance as a Part 10 file named by its UID, which says nothing about the patient. */
export async function downloadInstance(dataset: Dataset): Promise<void> {
  const sopInstanceUid = text(dataset, TAG.SOPInstanceUID)
  const url = instanceUrl({
    studyInstanceUid: text(dataset, TAG.StudyInstanceUID),
    seriesInstanceUid: text(dataset, TAG.SeriesInstanceUID),
    sopInstanceUid,
  })
  const response = await send(url, { headers: { Accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' } })
  const part = firstPart(response.headers.get('Content-Type') ?? '', new Uint8Array(await response.arrayBuffer()))
  save(new Blob([part.body as Uint8Array<ArrayBuffer>], { type: 'application/dicom' }), `${sopInstanceUid}.dcm`)
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
