import type { Series, Study, StudyDetail } from '../api/types'

const DRAWN = new Set(['stack', 'cine', 'video', 'ecg', 'document', 'sr', 'slide'])

/** The series to open first: of the wanted modality if there is one, then the first real stack, then anything that can be drawn. */
export function firstSeries(series: readonly Series[], modality?: string): Series | undefined {
  const candidates = [
    series.find((entry) => entry.modality === modality && entry.kind === 'stack' && entry.frame_count > 3),
    series.find((entry) => entry.kind === 'stack' && entry.frame_count > 3 && !/scout|locali[sz]er|topogram/i.test(entry.description)),
    series.find((entry) => entry.kind === 'stack' || entry.kind === 'cine'),
    series.find((entry) => DRAWN.has(entry.kind)),
    series[0],
  ]
  return candidates.find(Boolean)
}

/** The prior to compare with: same modality and description, else same modality, else same department; newest first. */
export function priorFor({ study, priors }: StudyDetail): Study | undefined {
  const earlier = priors.filter((prior) => prior.date <= study.date)
  const sameModality = earlier.filter((prior) => prior.modalities.some((modality) => study.modalities.includes(modality)))
  return (
    sameModality.find((prior) => prior.description === study.description) ??
    sameModality.find((prior) => prior.modalities.join() === study.modalities.join()) ??
    sameModality[0] ??
    earlier.find((prior) => prior.department === study.department)
  )
}
