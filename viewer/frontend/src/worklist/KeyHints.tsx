import { useEffect, useState } from 'react'
import { useTexts } from '../services/i18n'

/** The keys of this screen and how old the list is. */
export function KeyHints({ updatedAt, onShortcuts }: { updatedAt: number; onShortcuts: () => void }) {
  const t = useTexts()
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const tick = window.setInterval(() => { setNow(Date.now()) }, 1000)
    return () => { window.clearInterval(tick) }
  }, [])
  const hints: [string, string][] = [
    ['↑ ↓', t.keys.move], ['⏎', t.keys.open], ['Space', t.keys.preview], ['P', t.keys.timeline], ['F', t.keys.filter], ['/', t.keys.search],
    ['1–5', t.keys.list],
  ]
  return (
    <footer className="keys wl-keys">
      {hints.map(([key, text]) => <span key={key}><kbd>{key}</kbd>{text}</span>)}
      <span className="wl-age">
        {updatedAt > 0 && t.worklist.updated(Math.max(0, Math.round((now - updatedAt) / 1000)))}
        <button type="button" className="btn q s" onClick={onShortcuts}>{t.keys.all}<kbd>?</kbd></button>
      </span>
    </footer>
  )
}
