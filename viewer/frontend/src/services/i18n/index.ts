import { preferences } from '../preferences'
import { useStore } from '../store'
import { en } from './en'
import { zh } from './zh'

export type Texts = typeof en

const languages: Record<string, Texts> = { en, zh }

export function texts(): Texts {
  return languages[preferences.get().language] ?? en
}

/** The texts of the chosen language; the component is drawn again when the choice changes. */
export function useTexts(): Texts {
  return languages[useStore(preferences).language] ?? en
}
