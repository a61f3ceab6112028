import { Store } from './store'

export type Theme = 'dark' | 'light'
export type Density = 'compact' | 'comfortable' | 'touch'
export type Language = 'en' | 'zh'

/** How this person likes the screen; kept in this browser, never a fact about a patient. */
export interface Preferences {
  theme: Theme
  density: Density
  language: Language
  singleKeys: boolean
}

const KEY = 'atrium.preferences'

/** Row heights in pixels; the same figures as --row in tokens.css, needed to place virtual rows. */
export const ROW_HEIGHT: Record<Density, number> = { compact: 24, comfortable: 32, touch: 48 }

export const preferences = new Store<Preferences>(read())

export function choose(change: Partial<Preferences>): void {
  preferences.update(change)
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.get()))
  } catch {
    // A browser that keeps nothing still shows the choice for this visit.
  }
  apply()
}

/** Puts the choices on <html>, where tokens.css and assistive software read them. */
export function apply(): void {
  const { theme, density, language } = preferences.get()
  const root = document.documentElement
  root.dataset.theme = theme
  root.dataset.density = density
  root.lang = language === 'zh' ? 'zh-Hans' : 'en'
}

function read(): Preferences {
  const coarse = window.matchMedia('(pointer: coarse)').matches
  const initial: Preferences = {
    theme: 'dark',
    density: coarse ? 'touch' : 'compact',
    language: navigator.language.startsWith('zh') ? 'zh' : 'en',
    singleKeys: true,
  }
  try {
    return { ...initial, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) }
  } catch {
    return initial
  }
}
