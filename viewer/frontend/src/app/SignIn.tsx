import { CircleCheck, CircleHelp, Eye, EyeOff, Loader, Lock, LockOpen, TriangleAlert } from 'lucide-react'
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react'
import { ApiError } from '../api/client'
import { isReady, readSession, signIn } from '../api/viewer'
import { useTexts, type Texts } from '../services/i18n'
import { session } from '../services/session'
import { LanguageSwitch, ThemeSwitch } from '../panels/DisplayControls'
import { Mark } from '../panels/Logo'
import '../styles/sign-in.css'

export function SignIn() {
  const t = useTexts()
  return (
    <main className="si">
      <section className="si-form">
        <div className="logo si-logo">
          <Mark />
          {t.product}
        </div>
        <h1>{t.signIn.title}</h1>
        <p className="t2 si-lead">{t.signIn.lead}</p>
        <Credentials />
        <p className="s13 t2 si-note">{t.signIn.recorded}</p>
        <div className="si-foot s13 t3">
          <LanguageSwitch long />
          <ThemeSwitch withWord />
        </div>
      </section>
      <section className="si-side">
        <Readiness />
        <Transport />
        <Notice icon={<CircleHelp className="i t2" aria-hidden />} title={t.signIn.help}>
          {t.signIn.helpDetail}
        </Notice>
      </section>
    </main>
  )
}

function Credentials() {
  const t = useTexts()
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [shown, setShown] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<((t: Texts) => string) | undefined>(() => usedLink() ? (texts: Texts) => texts.signIn.linkUsed : undefined)
  const passwordField = useRef<HTMLInputElement>(null)

  useEffect(() => {
    // Asking for the session is what sets the CSRF cookie that signing in needs.
    readSession().catch(() => undefined)
  }, [])

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (busy || !username || !password) return
    setBusy(true)
    setProblem(undefined)
    signIn(username, password).then(
      (signedIn) => { session.set({ kind: 'signedIn', session: signedIn }) },
      (error: unknown) => {
        setBusy(false)
        setProblem(() => (texts: Texts) => explain(texts, error))
        passwordField.current?.select()
      },
    )
  }

  return (
    <form onSubmit={submit} noValidate>
      <label htmlFor="username">{t.signIn.username}</label>
      <div className="field big">
        <input id="username" name="username" autoComplete="username" autoCapitalize="none" spellCheck={false}
          // The page has one purpose; starting in its first field is what everybody expects.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus placeholder={t.signIn.placeholder} value={username} onChange={(event) => { setUsername(event.target.value) }}
          aria-invalid={problem !== undefined} aria-describedby="sign-in-problem" />
      </div>
      <label htmlFor="password">{t.signIn.password}</label>
      <div className="field big">
        <input id="password" name="password" ref={passwordField} type={shown ? 'text' : 'password'} autoComplete="current-password"
          value={password} onChange={(event) => { setPassword(event.target.value) }}
          aria-invalid={problem !== undefined} aria-describedby="sign-in-problem" />
        <button type="button" className="ib" aria-label={shown ? t.signIn.hide : t.signIn.show} aria-pressed={shown}
          onClick={() => { setShown(!shown) }}>
          {shown ? <EyeOff className="i" aria-hidden /> : <Eye className="i" aria-hidden />}
        </button>
      </div>
      <div id="sign-in-problem" role="alert">
        {problem && (
          <p className="si-problem">
            <TriangleAlert className="i" aria-hidden />
            {problem(t)}
          </p>
        )}
      </div>
      <button type="submit" className="btn p big" disabled={busy || !username || !password}>
        {busy ? t.signIn.busy : t.signIn.submit}
        <kbd aria-hidden="true">⏎</kbd>
      </button>
    </form>
  )
}

/** The archive sends people here when a one-time link was no longer good. */
function usedLink(): boolean {
  return new URLSearchParams(window.location.search).has('link')
}

function explain(t: Texts, error: unknown): string {
  if (!(error instanceof ApiError)) return t.signIn.failed
  if (error.unreachable) return t.signIn.unreachable
  if (error.status === 429) return t.signIn.locked(Math.max(1, Math.ceil((error.retryAfterSeconds ?? 60) / 60)))
  return error.status === 401 ? t.signIn.wrong : t.signIn.failed
}

/** What the archive itself says about its state; asked again while it is not ready. */
function Readiness() {
  const t = useTexts()
  const [ready, setReady] = useState<boolean | undefined>()
  useEffect(() => {
    let stopped = false
    const ask = async (): Promise<void> => {
      const answer = await isReady()
      if (stopped) return
      setReady(answer)
      timer = window.setTimeout(() => void ask(), answer ? 30_000 : 4_000)
    }
    let timer = window.setTimeout(() => void ask(), 0)
    return () => {
      stopped = true
      window.clearTimeout(timer)
    }
  }, [])
  if (ready === undefined) return <Notice icon={<Loader className="i t3" aria-hidden />} title={t.signIn.checking} />
  return ready ? (
    <Notice icon={<CircleCheck className="i cok" aria-hidden />} title={t.signIn.ready}>{t.signIn.readyDetail}</Notice>
  ) : (
    <Notice icon={<TriangleAlert className="i cw" aria-hidden />} title={t.signIn.notReady}>{t.signIn.notReadyDetail}</Notice>
  )
}

function Transport() {
  const t = useTexts()
  const { protocol, hostname } = window.location
  if (protocol === 'https:') return null
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
  return loopback ? (
    <Notice icon={<Lock className="i t2" aria-hidden />} title={t.signIn.loopback}>{t.signIn.loopbackDetail}</Notice>
  ) : (
    <Notice icon={<LockOpen className="i cw" aria-hidden />} title={t.signIn.insecure}>{t.signIn.insecureDetail}</Notice>
  )
}

function Notice({ icon, title, children }: { icon: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div className="si-notice">
      <h2 className="row">
        {icon}
        {title}
      </h2>
      {children && <p className="t2">{children}</p>}
    </div>
  )
}
