import { lazy, type ComponentType } from 'react'
import { isVideo, isWholeSlide, type DisplaySet } from '../domain/displaySets'
import { items, text } from '../domain/dicomJson'
import { TAG } from '../domain/tags'
import type { ViewportKind, ViewportProps } from './types'

const ENCAPSULATED_PDF = '1.2.840.10008.5.1.4.1.1.104.1'
const WHOLE_SLIDE = '1.2.840.10008.5.1.4.1.1.77.1.6'

/** Every kind of viewport there is. The card matches anything, so nothing is ever an error. */
const KINDS: readonly ViewportKind[] = [
  {
    id: 'stack',
    sopClasses: [],
    match: (set: DisplaySet) => set.frames.length > 0,
    priority: 50,
    load: () => import('./stack/StackViewport'),
  },
  {
    id: 'video',
    sopClasses: [],
    match: (set: DisplaySet) => isVideo(set.sopClassUid),
    priority: 60,
    load: () => import('./video/VideoViewport'),
  },
  {
    id: 'slide',
    sopClasses: [WHOLE_SLIDE],
    match: (set: DisplaySet) => isWholeSlide(set.sopClassUid),
    priority: 60,
    load: () => import('./slide/SlideViewport'),
  },
  {
    id: 'document',
    sopClasses: [ENCAPSULATED_PDF],
    match: (set: DisplaySet) =>
      set.sopClassUid === ENCAPSULATED_PDF || text(set.instances[0], TAG.MIMETypeOfEncapsulatedDocument) === 'application/pdf',
    priority: 60,
    load: () => import('./document/DocumentViewport'),
  },
  {
    id: 'report',
    sopClasses: [],
    match: (set: DisplaySet) => items(set.instances[0], '0040A730').length > 0,
    priority: 40,
    load: () => import('./report/ReportViewport'),
  },
  {
    id: 'ecg',
    sopClasses: [],
    match: (set: DisplaySet) => items(set.instances[0], TAG.WaveformSequence).length > 0,
    priority: 40,
    load: () => import('./ecg/EcgViewport'),
  },
  {
    id: 'card',
    sopClasses: [],
    match: () => true,
    priority: 0,
    load: () => import('./card/CardViewport'),
  },
]

const ordered = [...KINDS].sort((a, b) => b.priority - a.priority)
const components = new Map(ordered.map((kind) => [kind.id, lazy(kind.load)]))

export function kindOf(set: DisplaySet): ViewportKind {
  return ordered.find((kind) => kind.match(set)) as ViewportKind
}

export function componentOf(set: DisplaySet): ComponentType<ViewportProps> {
  return components.get(kindOf(set).id) as ComponentType<ViewportProps>
}

/** Starts fetching the code of the commonest viewport before anybody knows what the study holds. */
export function warmUp(): void {
  void import('./stack/StackViewport')
}
