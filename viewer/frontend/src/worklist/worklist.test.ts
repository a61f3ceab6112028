import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Study, WorklistPage, WorklistQuery } from '../api/types'
import { filtersToSearch, NO_FILTERS, parseFilters, toggled, toQuery } from './filters'
import { mergeFirstPage, WorklistStore } from './worklistStore'

const study = (uid: string, key = 'p') => ({ study_instance_uid: uid, patient: { key } }) as Study
const uids = (studies: readonly Study[] | undefined) => studies?.map((entry) => entry.study_instance_uid).join('')

describe('filters', () => {
  it('survive the address, and the search text never enters it', () => {
    const filters = { ...NO_FILTERS, list: 'week' as const, modalities: ['CT', 'MR'], departments: ['radiology'], from: '2026-01-01' }
    expect(filtersToSearch(filters)).toBe('?list=week&modality=CT,MR&department=radiology&from=2026-01-01')
    expect(parseFilters(filtersToSearch(filters))).toEqual(filters)
    expect(parseFilters('?q=Liu&name=Liu&list=bad&from=yesterday&modality=<b>')).toEqual(NO_FILTERS)
  })

  it('turn a list into dates or a flag', () => {
    const today = new Date(2026, 10, 20)
    expect(toQuery({ ...NO_FILTERS, list: 'week' }, ' liu ', today)).toMatchObject({ q: 'liu', from: '2026-11-14', flag: '' })
    expect(toQuery({ ...NO_FILTERS, list: 'conflict' }, '', today)).toMatchObject({ from: '', flag: 'conflict' })
    expect(toQuery({ ...NO_FILTERS, list: 'today', from: '2020-01-01' }, '', today).from).toBe('2020-01-01')
    expect(toggled(['a', 'b'], 'a')).toEqual(['b'])
  })
})

describe('a refreshed first page', () => {
  const list = [...'abcdef'].map((uid) => study(uid))

  it('puts new studies in front and keeps what was loaded behind', () => {
    expect(uids(mergeFirstPage(list, [...'xabc'].map((uid) => study(uid))))).toBe('xabcdef')
  })

  it('drops studies that are gone and moves those that moved', () => {
    expect(uids(mergeFirstPage(list, [...'acd'].map((uid) => study(uid))))).toBe('acdef')
    expect(uids(mergeFirstPage(list, [...'fab'].map((uid) => study(uid))))).toBe('fabcde')
  })

  it('that no longer touches the list starts it again', () => {
    expect(mergeFirstPage(list, [...'xyz'].map((uid) => study(uid)))).toBeUndefined()
  })
})

describe('the worklist', () => {
  const query = { q: '' } as WorklistQuery
  const page = (text: string, next: string | null = null): WorklistPage => ({
    studies: [...text].map((uid) => study(uid)), next, total: text.length, counts: { departments: {}, modalities: {} },
  })

  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  it('refreshes every 15 s, keeps its pages, and says what arrived', async () => {
    const read = vi.fn(async (_: WorklistQuery, options: { cursor?: string | null }) => (options.cursor ? page('cd') : page('ab', '2')))
    const store = new WorklistStore(read)
    store.open(query)
    await vi.advanceTimersByTimeAsync(0)
    await store.more()
    expect(uids(store.get().studies)).toBe('abcd')
    read.mockImplementation(async () => page('xa', '2'))
    await vi.advanceTimersByTimeAsync(15_000)
    expect(uids(store.get().studies)).toBe('xabcd')
    expect(store.get().arrived).toBe(1)
    store.close()
  })

  it('keeps its rows and says that they may be old when the archive is away', async () => {
    const read = vi.fn(async () => page('ab'))
    const store = new WorklistStore(read)
    store.open(query)
    await vi.advanceTimersByTimeAsync(0)
    read.mockRejectedValue(new Error('away'))
    await vi.advanceTimersByTimeAsync(15_000)
    expect(store.get()).toMatchObject({ state: 'ready', stale: true })
    read.mockResolvedValue(page('ab'))
    await vi.advanceTimersByTimeAsync(15_000)
    expect(store.get().stale).toBe(false)
    store.close()
  })
})
