import { getJson, postJson } from './client'
import type { PatientDetail, Session, StudyDetail, WorklistPage, WorklistQuery } from './types'

const ROOT = '/viewer/api'

export function readSession(): Promise<Session> {
  return getJson(`${ROOT}/session`)
}

export function signIn(username: string, password: string): Promise<Session> {
  return postJson(`${ROOT}/sign-in`, { username, password })
}

export function signOut(): Promise<void> {
  return postJson(`${ROOT}/sign-out`)
}

export function readWorklist(
  query: WorklistQuery,
  options: { limit: number; cursor?: string | null; signal?: AbortSignal },
): Promise<WorklistPage> {
  const parameters = new URLSearchParams({ limit: String(options.limit) })
  const optional = {
    q: query.q,
    modality: query.modalities.join(','),
    department: query.departments.join(','),
    from: query.from,
    to: query.to,
    flag: query.flag,
    cursor: options.cursor ?? '',
  }
  for (const [name, value] of Object.entries(optional)) if (value) parameters.set(name, value)
  return getJson(`${ROOT}/worklist?${parameters.toString()}`, options.signal)
}

export function readStudy(uid: string, patientKey?: string, signal?: AbortSignal): Promise<StudyDetail> {
  const suffix = patientKey ? `?patient=${encodeURIComponent(patientKey)}` : ''
  return getJson(`${ROOT}/studies/${encodeURIComponent(uid)}${suffix}`, signal)
}

export function readPatient(key: string, signal?: AbortSignal): Promise<PatientDetail> {
  return getJson(`${ROOT}/patients/${encodeURIComponent(key)}`, signal)
}

/** True when the archive says that it is ready; false when it answers but is not, or not at all. */
export async function isReady(): Promise<boolean> {
  return fetch('/readyz', { cache: 'no-store' }).then(
    (response) => response.ok,
    () => false,
  )
}
