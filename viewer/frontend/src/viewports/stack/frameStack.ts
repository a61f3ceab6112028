import { imageLoader } from '@cornerstonejs/core'
import { firstFrameIndex, type DisplaySet } from '../../domain/displaySets'
import { ASKED, FAILED, LOADED, nextWanted, WANTED } from '../../domain/loadOrder'
import { scheduler, type LoadSource } from '../../services/loadScheduler'
import { reportProgress } from '../../services/reading'
import { renderingEngine, roomForPrefetch } from './cornerstone'
import { forgetFrames, register } from './frameRegistry'

/** Priority of a stack that nobody looks at. */
export const AHEAD = 5
const PROGRESS_MS = 120

/** The frames of one display set and how far they are loaded; shared by viewports and prefetch. */
export class FrameStack implements LoadSource {
  readonly set: DisplaySet
  readonly imageIds: string[]
  readonly states: Uint8Array
  priority = AHEAD
  /** Where the reader is: frames near it come first. */
  focus: number
  readonly #listeners = new Set<() => void>()
  #announcing = false

  constructor(set: DisplaySet) {
    this.set = set
    this.imageIds = set.frames.map(register)
    this.states = new Uint8Array(set.frames.length)
    this.focus = firstFrameIndex(set)
  }

  next(): (() => Promise<void>) | undefined {
    if (this.priority >= AHEAD && !roomForPrefetch()) return undefined
    const index = nextWanted(this.states, this.focus)
    if (index < 0) return undefined
    this.states[index] = ASKED
    return () => this.#load(index)
  }

  /** Lets a failed frame be asked for again. */
  retry(index: number): void {
    if (this.states[index] !== FAILED) return
    this.states[index] = WANTED
    scheduler.poke()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #load(index: number): Promise<void> {
    try {
      await imageLoader.loadAndCacheImage(this.imageIds[index] as string)
      this.states[index] = LOADED
    } catch {
      this.states[index] = FAILED
    }
    for (const listener of this.#listeners) listener()
    this.#announce()
  }

  /** Progress a few times a second, not once a frame. */
  #announce(): void {
    if (this.#announcing) return
    this.#announcing = true
    setTimeout(() => {
      this.#announcing = false
      const done = this.states.reduce((sum, state) => sum + (state === LOADED || state === FAILED ? 1 : 0), 0)
      reportProgress(this.set.key, done / this.states.length)
    }, PROGRESS_MS)
  }
}

const stacks = new Map<string, FrameStack>()
const removers = new Map<string, () => void>()

/** The stack of a display set, known to the scheduler from its first use. */
export function stackOf(set: DisplaySet): FrameStack {
  const known = stacks.get(set.key)
  if (known) return known
  // Frames can only be asked for once our loader is registered, also when nothing is drawn yet.
  renderingEngine()
  const stack = new FrameStack(set)
  stacks.set(set.key, stack)
  removers.set(set.key, scheduler.add(stack))
  return stack
}

/** Forgets every stack; what is under way finishes and is dropped. */
export function forgetStacks(): void {
  for (const remove of removers.values()) remove()
  removers.clear()
  stacks.clear()
  forgetFrames()
}
