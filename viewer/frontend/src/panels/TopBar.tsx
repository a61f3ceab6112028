import { CircleUserRound, Keyboard, LogOut, Wifi, WifiOff } from 'lucide-react'
import { useRef, useState, type ReactNode } from 'react'
import { useTexts } from '../services/i18n'
import { choose, preferences, type Density } from '../services/preferences'
import { leave, session } from '../services/session'
import { useStore } from '../services/store'
import { useDismiss } from './useDismiss'
import { LanguageSwitch, ThemeSwitch } from './DisplayControls'
import { Mark } from './Logo'
import { go } from '../services/router'

/** The bar of every screen that is a list. `online` is undefined where nothing is polled. */
export function TopBar(props: {
  page: 'worklist' | 'patient'
  online?: boolean | undefined
  onShortcuts: () => void
  children?: ReactNode
}) {
  const t = useTexts()
  return (
    <header className="bar">
      <a className="logo" href="/worklist" onClick={(event) => { event.preventDefault(); go('/worklist') }}>
        <Mark />
        {t.product}
      </a>
      <nav className="nav" aria-label={t.nav.main}>
        <a href="/worklist" aria-current={props.page === 'worklist' ? 'page' : undefined}
          onClick={(event) => { event.preventDefault(); go('/worklist') }}>
          {t.nav.worklist}
        </a>
        {props.page === 'patient' && <a href={window.location.pathname} aria-current="page">{t.nav.patient}</a>}
      </nav>
      <div className="bar-mid">{props.children}</div>
      {props.online !== undefined && (
        <span className="row s13 t2 nw" role="status">
          {props.online ? <Wifi className="i cok" aria-hidden /> : <WifiOff className="i cw" aria-hidden />}
          {props.online ? t.live : t.offline}
        </span>
      )}
      <LanguageSwitch />
      <ThemeSwitch />
      <button type="button" className="ib" aria-label={t.shortcuts} title={`${t.shortcuts} (?)`} onClick={props.onShortcuts}>
        <Keyboard className="i" aria-hidden />
      </button>
      <AccountMenu />
    </header>
  )
}

function AccountMenu() {
  const t = useTexts()
  const who = useStore(session)
  const { density } = useStore(preferences)
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  useDismiss(box, open, () => { setOpen(false) })
  const name = who.kind === 'signedIn' ? who.session.user.display_name || who.session.user.username : ''
  const option = (value: Density) => (
    <button key={value} type="button" className={density === value ? 'on' : ''} aria-pressed={density === value}
      onClick={() => { choose({ density: value }) }}>
      {t.density[value]}
    </button>
  )
  return (
    <div className="menu-box" ref={box}>
      <button type="button" className="btn q account" aria-haspopup="true" aria-expanded={open}
        aria-label={`${t.nav.account}: ${name}`} onClick={() => { setOpen(!open) }}>
        <CircleUserRound className="i" aria-hidden />
        <span className="el">{name}</span>
      </button>
      {open && (
        <div className="pop menu">
          <div className="lab">{t.density.label}</div>
          <span className="seg" role="group" aria-label={t.density.label}>
            {option('compact')}
            {option('comfortable')}
            {option('touch')}
          </span>
          <button type="button" className="btn" onClick={() => void leave()}>
            <LogOut className="i" aria-hidden />
            {t.nav.signOut}
          </button>
        </div>
      )}
    </div>
  )
}
