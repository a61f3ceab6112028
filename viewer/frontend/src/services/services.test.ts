import { describe, expect, it } from 'vitest'
import { viewportCommand } from '../domain/viewportKeys'
import { LoadScheduler, type LoadSource } from './loadScheduler'
import { comparePath, parseRoute, studyPath } from './route'

describe('addresses', () => {
  it('name a screen by UID or opaque key', () => {
    expect(parseRoute('/', '')).toMatchObject({ page: 'worklist' })
    expect(parseRoute('/studies/1.2.3', '?patient=p')).toEqual({ page: 'study', uid: '1.2.3', search: '?patient=p' })
    expect(parseRoute('/patients/a%2Fb', '')).toMatchObject({ page: 'patient', key: 'a/b' })
    expect(parseRoute('/studies', '').page).toBe('unknown')
    expect(parseRoute('/a/b/c', '').page).toBe('unknown')
    expect(studyPath('1.2', 'k&1')).toBe('/studies/1.2?patient=k%261')
    expect(comparePath('1.2', 'k', '1.3')).toBe('/studies/1.2?patient=k&compare=1.3')
  })
})

describe('the load scheduler', () => {
  const source = (priority: number, names: string[], log: string[], gates: (() => void)[]): LoadSource => ({
    priority,
    next: () => {
      const name = names.shift()
      if (!name) return undefined
      return () => {
        log.push(name)
        return new Promise((resolve) => gates.push(resolve))
      }
    },
  })

  it('keeps to its connections and serves the most urgent source at every free one', async () => {
    const [log, gates]: [string[], (() => void)[]] = [[], []]
    const scheduler = new LoadScheduler(2)
    scheduler.add(source(5, ['ahead1', 'ahead2', 'ahead3'], log, gates))
    expect(log).toEqual(['ahead1', 'ahead2'])
    scheduler.add(source(0, ['seen1', 'seen2'], log, gates))
    for (let turn = 0; turn < 3; turn += 1) {
      gates.shift()?.()
      await new Promise((resolve) => setTimeout(resolve))
    }
    expect(log).toEqual(['ahead1', 'ahead2', 'seen1', 'seen2', 'ahead3'])
  })

  it('forgets a source that was removed', () => {
    const log: string[] = []
    const scheduler = new LoadScheduler(1)
    const remove = scheduler.add(source(0, ['one', 'two'], log, []))
    remove()
    scheduler.poke()
    expect(log).toEqual(['one'])
  })
})

it('keys stand for commands', () => {
  const command = (key: string, shiftKey = false) => viewportCommand({ key, shiftKey })
  expect(command('ArrowDown')).toEqual({ kind: 'scroll', by: 1 })
  expect(command('ArrowUp', true)).toEqual({ kind: 'scroll', by: -10 })
  expect(command('3')).toEqual({ kind: 'preset', key: '3' })
  expect(command('0')).toBeUndefined()
  expect(command('q')).toBeUndefined()
})
