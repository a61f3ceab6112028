import { cache } from '@cornerstonejs/core'
import { firstFrameIndex, type DisplaySet } from '../../domain/displaySets'
import { ASKED, FAILED, LOADED, nextWanted, WANTED } from '../../domain/loadOrder'
import { scheduler, type LoadSource } from '../../services/loadScheduler'
import { reportProgress } from '../../services/reading'
import { renderingEngine, roomForPrefetch } from './cornerstone'
import { fetchFrame } from './frameLoader'
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
  readonly #abort = new AbortController()
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

  /** Stops what is under way; nothing of it reaches the cache any more. */
  close(): void {
    this.#abort.abort()
  }

  async #load(index: number): Promise<void> {
    const imageId = this.imageIds[index] as string
    const { signal } = this.#abort
    try {
      // Not the library's loadAndCacheImage: it leaves a promise behind that fails with nobody to hear it.
      const image = await fetchFrame(imageId, signal)
      if (signal.aborted) return
      if (!cache.getImageLoadObject(imageId)) cache.putImageSync(imageId, image)
      this.states[index] = LOADED
    } catch {
      if (signal.aborted) return
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

/** Forgets every stack and stops its requests. */
export function forgetStacks(): void {
  for (const remove of removers.values()) remove()
  for (const stack of stacks.values()) stack.close()
  removers.clear()
  stacks.clear()
  forgetFrames()
}
