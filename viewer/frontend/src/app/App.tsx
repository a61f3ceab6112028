import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useTexts, type Texts } from '../services/i18n'
import { useKeys } from '../services/keyboard'
import { restoreSession, session } from '../services/session'
import { useStore } from '../services/store'
import { Worklist } from '../worklist/Worklist'
import { go, route, type Route } from '../services/router'
import { ShortcutsSheet } from '../panels/ShortcutsSheet'
import { SignIn } from './SignIn'
import { StateMessage } from '../panels/StateMessage'

// The viewer and the timeline are their own chunks: the worklist is up before a byte of them is asked for.
const loadStudyPage = () => import('./StudyPage')
const StudyPage = lazy(() => loadStudyPage().then((module) => ({ default: module.StudyPage })))
const TimelinePage = lazy(() => import('../timeline/TimelinePage').then((module) => ({ default: module.TimelinePage })))

/** While someone looks for a patient there is time to fetch and compile what reading needs. */
const WARM_UP_MS = 1500

export function App() {
  const t = useTexts()
  const here = useStore(route)
  const who = useStore(session)
  const [sheet, setSheet] = useState(false)
  const returnTo = useRef('/worklist')

  useEffect(() => {
    document.title = titleOf(t, here)
  }, [t, here])

  useEffect(() => {
    if (who.kind === 'signedOut' && here.page !== 'signIn') {
      returnTo.current = window.location.pathname + window.location.search
      go('/sign-in', { replace: true })
    }
    if (who.kind === 'signedIn' && here.page === 'signIn') go(returnTo.current, { replace: true })
  }, [who.kind, here.page])

  useEffect(() => {
    if (who.kind !== 'signedIn' || here.page !== 'worklist') return
    const wait = window.setTimeout(() => void loadStudyPage(), WARM_UP_MS)
    return () => { window.clearTimeout(wait) }
  }, [who.kind, here.page])

  useKeys((event) => {
    if (event.key !== '?') return false
    setSheet(true)
    return true
  })

  return (
    <>
      <Screen here={here} kind={who.kind} onShortcuts={() => { setSheet(true) }} />
      {sheet && <ShortcutsSheet onClose={() => { setSheet(false) }} />}
    </>
  )
}

function Screen({ here, kind, onShortcuts }: { here: Route; kind: string; onShortcuts: () => void }) {
  const t = useTexts()
  if (kind === 'signedOut' || here.page === 'signIn') return <SignIn />
  if (kind === 'unreachable') {
    return (
      <main className="center">
        <StateMessage icon="offline" title={t.worklist.unreachableTitle} text={t.worklist.unreachableText}
          action={{ label: t.retry, run: () => void restoreSession() }} />
      </main>
    )
  }
  if (kind === 'unknown') return <main className="center" aria-busy="true" aria-label={t.loading} />
  switch (here.page) {
    case 'study':
      return (
        <Suspense fallback={<main className="center" aria-busy="true" aria-label={t.loading} />}>
          <StudyPage key={here.uid + here.search} uid={here.uid} search={here.search} onShortcuts={onShortcuts} />
        </Suspense>
      )
    case 'patient':
      return (
        <Suspense fallback={<main className="center" aria-busy="true" aria-label={t.loading} />}>
          <TimelinePage key={here.key} patientKey={here.key} onShortcuts={onShortcuts} />
        </Suspense>
      )
    case 'worklist':
      return <Worklist search={here.search} onShortcuts={onShortcuts} />
    default:
      return (
        <main className="center">
          <StateMessage icon="unknown" title={t.error.notFound} text={t.error.notFoundText}
            action={{ label: t.error.toWorklist, run: () => { go('/worklist') } }} />
        </main>
      )
  }
}

/** Titles name the screen only: browser histories and taskbars are not the place for patients. */
function titleOf(t: Texts, here: Route): string {
  const names = { worklist: t.nav.worklist, study: t.nav.study, patient: t.nav.patient, signIn: t.signIn.title, unknown: '' }
  const name = names[here.page]
  return name ? `${name} · ${t.product}` : t.product
}
