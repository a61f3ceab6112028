import { useEffect, useState } from 'react'
import { instanceUrl } from '../api/dicomweb'
import { send } from '../api/client'
import { text, type Dataset } from '../domain/dicomJson'
import { TAG } from '../domain/tags'

/** Object URL of the rendered resource in a media type; null when the archive does not serve it so. */
export function useRendered(dataset: Dataset | undefined, mediaType: string): string | null | undefined {
  const [held, setHeld] = useState<{ key: string; url: string | null } | undefined>()
  const key = text(dataset, TAG.SOPInstanceUID)
  useEffect(() => {
    if (!dataset) return
    const controller = new AbortController()
    let made = ''
    const address = instanceUrl({
      studyInstanceUid: text(dataset, TAG.StudyInstanceUID),
      seriesInstanceUid: text(dataset, TAG.SeriesInstanceUID),
      sopInstanceUid: key,
    })
    send(`${address}/rendered`, { headers: { Accept: mediaType }, signal: controller.signal })
      .then(async (response) => {
        const type = response.headers.get('Content-Type') ?? ''
        if (!type.startsWith(mediaType)) throw new Error('another media type')
        made = URL.createObjectURL(new Blob([await response.arrayBuffer()], { type: mediaType }))
        if (controller.signal.aborted) URL.revokeObjectURL(made)
        else setHeld({ key, url: made })
      })
      .catch(() => {
        if (!controller.signal.aborted) setHeld({ key, url: null })
      })
    return () => {
      controller.abort()
      if (made) URL.revokeObjectURL(made)
    }
  }, [dataset, key, mediaType])
  return held?.key === key ? held.url : undefined
}
