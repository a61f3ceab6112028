import type { ApiError } from '../api/client'
import type { Study, WorklistPage, WorklistQuery } from '../api/types'
import { Store } from '../services/store'

const PAGE = 100
const POLL_MS = 15_000

export interface WorklistState {
  /** 'loading' only while there is nothing to show for this query. */
  state: 'loading' | 'ready' | 'failed'
  studies: Study[]
  total: number
  counts: WorklistPage['counts']
  next: string | null
  loadingMore: boolean
  /** The last refresh failed: what is shown may be old. */
  stale: boolean
  error: ApiError | undefined
  updatedAt: number
  /** Studies that came in by the latest refresh, for the live region. */
  arrived: number
}

export const EMPTY: WorklistState = {
  state: 'loading',
  studies: [],
  total: 0,
  counts: { departments: {}, modalities: {} },
  next: null,
  loadingMore: false,
  stale: false,
  error: undefined,
  updatedAt: 0,
  arrived: 0,
}

export type ReadPage = (
  query: WorklistQuery,
  options: { limit: number; cursor?: string | null; signal?: AbortSignal },
) => Promise<WorklistPage>

/** A row of the worklist: one study can have been sent for two patients. */
export function rowKey(study: Study): string {
  return `${study.study_instance_uid}|${study.patient.key}`
}

/**
 * A refreshed first page in front of what was already loaded.
 *
 * Rows of the old list that the page covers are replaced (changed, or gone); rows behind its last one stay.
 * Answers undefined when page and list no longer touch, so that the list has to start again.
 */
export function mergeFirstPage(old: readonly Study[], page: readonly Study[]): Study[] | undefined {
  const fresh = new Set(page.map(rowKey))
  let joint = -1
  for (let index = page.length - 1; index >= 0 && joint < 0; index -= 1) {
    const key = rowKey(page[index] as Study)
    joint = old.findIndex((study) => rowKey(study) === key)
  }
  if (joint < 0) return undefined
  return [...page, ...old.slice(joint + 1).filter((study) => !fresh.has(rowKey(study)))]
}

/** The worklist of one query: pages by cursor, refreshed by polling, without losing place. */
export class WorklistStore extends Store<WorklistState> {
  #query: WorklistQuery | undefined
  #request = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #read: ReadPage

  constructor(read: ReadPage) {
    super(EMPTY)
    this.#read = read
  }

  /** Shows another query; rows of the old one stay until the first answer, so the table never flashes. */
  open(query: WorklistQuery): void {
    if (JSON.stringify(query) === JSON.stringify(this.#query)) return
    this.#query = query
    void this.#load(true)
  }

  refresh = (): void => {
    void this.#load(false)
  }

  close(): void {
    this.#request.abort()
    clearTimeout(this.#timer)
  }

  more = async (): Promise<void> => {
    const { next, loadingMore } = this.get()
    if (!next || loadingMore || !this.#query) return
    const query = this.#query
    this.update({ loadingMore: true })
    try {
      const page = await this.#read(query, { limit: PAGE, cursor: next, signal: this.#request.signal })
      if (query !== this.#query) return
      const { studies } = this.get()
      const known = new Set(studies.map(rowKey))
      this.update({
        studies: [...studies, ...page.studies.filter((study) => !known.has(rowKey(study)))],
        next: page.next,
        loadingMore: false,
      })
    } catch {
      // Scrolling further asks again; the rows already here are right.
      if (query === this.#query) this.update({ loadingMore: false })
    }
  }

  async #load(another: boolean): Promise<void> {
    const query = this.#query
    if (!query) return
    clearTimeout(this.#timer)
    this.#request.abort()
    this.#request = new AbortController()
    const { signal } = this.#request
    this.update({ loadingMore: false })
    try {
      const page = await this.#read(query, { limit: PAGE, signal })
      if (signal.aborted) return
      this.#show(page, another)
    } catch (error) {
      if (signal.aborted) return
      const { studies } = this.get()
      const keep = !another && studies.length > 0
      this.update({ state: keep ? 'ready' : 'failed', stale: true, error: error as ApiError, arrived: 0 })
    }
    this.#timer = setTimeout(this.refresh, POLL_MS)
  }

  #show(page: WorklistPage, another: boolean): void {
    const before = this.get()
    const merged = another ? undefined : mergeFirstPage(before.studies, page.studies)
    const known = new Set(before.studies.map(rowKey))
    this.set({
      ...before,
      state: 'ready',
      studies: merged ?? page.studies,
      next: merged && merged.length > page.studies.length ? before.next : page.next,
      total: page.total,
      counts: page.counts,
      stale: false,
      error: undefined,
      updatedAt: Date.now(),
      arrived: another || !before.studies.length ? 0 : page.studies.filter((study) => !known.has(rowKey(study))).length,
    })
  }
}
