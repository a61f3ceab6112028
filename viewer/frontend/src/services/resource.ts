import { useCallback, useEffect, useState } from 'react'
import type { ApiError } from '../api/client'

export type Resource<T> =
  | { state: 'loading' }
  | { state: 'ready'; value: T }
  | { state: 'failed'; error: ApiError }

/** Loads once per `key`; an answer for a key that is no longer wanted is dropped. */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): [Resource<T>, () => void] {
  const [held, setHeld] = useState<{ key: string; resource: Resource<T> }>({ key, resource: { state: 'loading' } })
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const controller = new AbortController()
    load(controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setHeld({ key, resource: { state: 'ready', value } })
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setHeld({ key, resource: { state: 'failed', error: error as ApiError } })
      },
    )
    return () => {
      controller.abort()
    }
    // `load` is made anew at every draw; the key says when it means something else.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, attempt])
  const again = useCallback(() => {
    setHeld({ key, resource: { state: 'loading' } })
    setAttempt((count) => count + 1)
  }, [key])
  return [held.key === key ? held.resource : { state: 'loading' }, again]
}
