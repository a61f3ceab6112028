import type { Series, Study } from '../api/types'
import { loadDisplaySets } from '../services/seriesCache'
import { reportSets } from '../services/reading'

const NOT_FETCHED_AHEAD = new Set(['video', 'slide', 'document', 'ecg', 'sr', 'seg', 'other'])

/** Headers and frames of the series somebody is likely to open next. Their frames queue behind everything visible. */
export async function prefetchSeries(study: Study, series: readonly Series[], signal: AbortSignal): Promise<void> {
  const { stackOf } = await import('./stack/frameStack')
  for (const entry of series) {
    if (signal.aborted) return
    if (NOT_FETCHED_AHEAD.has(entry.kind)) continue
    const sets = await loadDisplaySets(study.study_instance_uid, entry.series_instance_uid).catch(() => [])
    if (signal.aborted) return
    reportSets(entry.series_instance_uid, sets)
    for (const set of sets) if (set.frames.length) stackOf(set)
  }
}

/** Frees pixels, headers and stacks when a study is left. */
export async function release(): Promise<void> {
  const [{ forgetStacks }, { purgePixels }] = await Promise.all([import('./stack/frameStack'), import('./stack/cornerstone')])
  forgetStacks()
  purgePixels()
}
