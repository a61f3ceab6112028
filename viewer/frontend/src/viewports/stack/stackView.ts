import type { EdgeLetters } from '../../domain/geometry'
import type { Window } from '../../domain/windowing'

/** What the texts around the picture say. The picture and the camera themselves stay in cornerstone. */
export interface StackView {
  /** 'preview' until the first frame is up, 'failed' when the wanted one cannot be shown. */
  status: 'preview' | 'shown' | 'failed'
  /** Frame on the screen, and the one asked for while it is still loading. */
  index: number
  target: number
  window: Window | undefined
  /** Screen pixels per image pixel. */
  zoom: number
  letters: EdgeLetters | undefined
  scaleBar: { mm: number; pixels: number } | undefined
  inverted: boolean
  playing: boolean
  framesPerSecond: number
  /** Counts changes of what is loaded, for the scrollbar. */
  loaded: number
}
