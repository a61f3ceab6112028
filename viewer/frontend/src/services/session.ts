import { whenSignedOut } from '../api/client'
import type { Session } from '../api/types'
import { readSession, signOut as endSession } from '../api/viewer'
import { Store } from './store'

export type SessionState =
  | { kind: 'unknown' }
  | { kind: 'signedOut' }
  | { kind: 'unreachable' }
  | { kind: 'signedIn'; session: Session }

export const session = new Store<SessionState>({ kind: 'unknown' })

whenSignedOut(() => {
  session.set({ kind: 'signedOut' })
})

export async function restoreSession(): Promise<void> {
  try {
    session.set({ kind: 'signedIn', session: await readSession() })
  } catch (error) {
    const status = (error as { status?: number }).status
    session.set(status === 401 || status === 403 ? { kind: 'signedOut' } : { kind: 'unreachable' })
  }
}

export async function leave(): Promise<void> {
  await endSession().catch(() => undefined)
  // A full load drops every decoded picture and cached name from memory.
  window.location.assign('/sign-in')
}
