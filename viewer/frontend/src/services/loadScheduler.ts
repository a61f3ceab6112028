/** Work that one picture or prefetch wants done; answers undefined when it wants nothing now. */
export interface LoadSource {
  /** Lower goes first: 0 the viewport in use, 1 other visible ones, 2 and up what may be opened next. */
  priority: number
  next: () => (() => Promise<void>) | undefined
}

/** HTTP/1.1 gives a page six connections; a seventh request would only wait where we cannot reorder it. */
const CONNECTIONS = 6

/**
 * Hands out the few connections there are, asking the most urgent source first at every free slot.
 *
 * Nothing is queued ahead: a source decides at the last moment, so a reader who scrolls away is followed at once.
 */
export class LoadScheduler {
  readonly #sources = new Set<LoadSource>()
  readonly #limit: number
  #running = 0

  constructor(limit = CONNECTIONS) {
    this.#limit = limit
  }

  add(source: LoadSource): () => void {
    this.#sources.add(source)
    this.poke()
    return () => this.#sources.delete(source)
  }

  /** To be called when a source that wanted nothing may want something again. */
  poke(): void {
    while (this.#running < this.#limit) {
      const job = this.#pick()
      if (!job) return
      this.#running += 1
      void job().finally(() => {
        this.#running -= 1
        this.poke()
      })
    }
  }

  #pick(): (() => Promise<void>) | undefined {
    const ordered = [...this.#sources].sort((a, b) => a.priority - b.priority)
    for (const source of ordered) {
      const job = source.next()
      if (job) return job
    }
    return undefined
  }
}

export const scheduler = new LoadScheduler()
