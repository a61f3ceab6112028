export type Route =
  | { page: 'worklist'; search: string }
  | { page: 'study'; uid: string; search: string }
  | { page: 'patient'; key: string; search: string }
  | { page: 'signIn' }
  | { page: 'unknown' }

/** The page an address means. Addresses carry UIDs and opaque keys, never a name, an ID or what was typed. */
export function parseRoute(pathname: string, search: string): Route {
  const [first = '', second = '', ...rest] = pathname.split('/').filter(Boolean)
  if (rest.length) return { page: 'unknown' }
  if ((first === '' || first === 'worklist') && !second) return { page: 'worklist', search }
  if (first === 'sign-in' && !second) return { page: 'signIn' }
  if (first === 'studies' && second) return { page: 'study', uid: decodeURIComponent(second), search }
  if (first === 'patients' && second) return { page: 'patient', key: decodeURIComponent(second), search }
  return { page: 'unknown' }
}

export function studyPath(uid: string, patientKey?: string): string {
  return `/studies/${encodeURIComponent(uid)}${patientKey ? `?patient=${encodeURIComponent(patientKey)}` : ''}`
}

export function comparePath(uid: string, patientKey: string, otherUid: string): string {
  return `${studyPath(uid, patientKey)}&compare=${encodeURIComponent(otherUid)}`
}

export function patientPath(key: string): string {
  return `/patients/${encodeURIComponent(key)}`
}
