import { readSeriesMetadata } from '../api/dicomweb'
import { displaySetsOf, type DisplaySet } from '../domain/displaySets'

const held = new Map<string, Promise<DisplaySet[]>>()

/** Display sets of a series; asked once per visit of a study, however many viewports want them. */
export function loadDisplaySets(studyUid: string, seriesUid: string): Promise<DisplaySet[]> {
  const known = held.get(seriesUid)
  if (known) return known
  const loading = readSeriesMetadata(studyUid, seriesUid).then(displaySetsOf)
  held.set(seriesUid, loading)
  // A failure is not remembered, so that "try again" really does.
  loading.catch(() => held.delete(seriesUid))
  return loading
}

export function forgetDisplaySets(): void {
  held.clear()
}
