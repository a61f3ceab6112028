import type { ComponentType } from 'react'
import type { Series, Study } from '../api/types'
import type { DisplaySet } from '../domain/displaySets'
import type { ViewportCommand } from '../domain/viewportKeys'

/** What keys and tool bar may ask of a viewport. Answers false when this kind of viewport does not know the command. */
export interface ViewportPort {
  run: (command: ViewportCommand) => boolean
}

export interface ViewportProps {
  set: DisplaySet
  series: Series
  study: Study
  /** Months before the study being read; undefined for that study itself. */
  priorMonths: number | undefined
  active: boolean
  texts: boolean
  onPort: (port: ViewportPort | undefined) => void
}

/** One kind of viewport. The first match by priority wins; its code is loaded when it is first needed. */
export interface ViewportKind {
  id: string
  /** SOP Classes it is made for; empty when `match` looks at the content instead. */
  sopClasses: readonly string[]
  match: (set: DisplaySet) => boolean
  /** Higher is asked first. */
  priority: number
  load: () => Promise<{ default: ComponentType<ViewportProps> }>
}
