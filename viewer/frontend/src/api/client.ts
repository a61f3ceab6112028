/** The one place that calls the archive's JSON API: same origin, session cookie, CSRF header, typed errors. */

/** A refused or failed call. `status` is 0 when the archive could not be reached at all. */
export class ApiError extends Error {
  readonly status: number
  readonly retryAfterSeconds: number | undefined
  /** A number the user can quote to support, when the archive gave one. */
  readonly reference: string

  constructor(status: number, detail: string, retryAfterSeconds?: number, reference = '') {
    super(detail)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
    this.reference = reference
  }

  get unreachable(): boolean {
    return this.status === 0
  }
}

type SignedOutListener = () => void
let onSignedOut: SignedOutListener = () => undefined

/** Called whenever a call finds that nobody is signed in any more. */
export function whenSignedOut(listener: SignedOutListener): void {
  onSignedOut = listener
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, { headers: { Accept: 'application/json' }, ...(signal ? { signal } : {}) })
  return (await response.json()) as T
}

/** POST with a JSON body; answers the parsed body, or undefined for 204. */
export async function postJson<T>(path: string, body?: unknown): Promise<T> {
  const response = await send(path, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': cookie('csrftoken') },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return (response.status === 204 ? undefined : await response.json()) as T
}

/** fetch with the session cookie that turns every refusal into an ApiError. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'unreachable')
  }
  if (response.ok) return response
  if (response.status === 401) onSignedOut()
  throw await refusal(response)
}

async function refusal(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>
  const detail = typeof body.detail === 'string' ? body.detail : response.statusText
  const wait = Number(body.retry_after_s ?? response.headers.get('Retry-After'))
  const reference = typeof body.reference === 'string' ? body.reference : ''
  return new ApiError(response.status, detail, Number.isFinite(wait) && wait > 0 ? wait : undefined, reference)
}

function cookie(name: string): string {
  const entry = document.cookie.split('; ').find((part) => part.startsWith(`${name}=`))
  return entry ? decodeURIComponent(entry.slice(name.length + 1)) : ''
}
