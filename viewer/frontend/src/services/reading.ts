import type { DisplaySet } from '../domain/displaySets'
import type { Dataset } from '../domain/dicomJson'
import { Store } from './store'

/** What the active viewport shows, for the panels beside it. */
export interface Focus {
  set: DisplaySet
  dataset: Dataset
  frameNumber: number
}

export const focus = new Store<Focus | undefined>(undefined)

/** Loaded part of each display set, 0–1, by its key. */
export const progress = new Store<ReadonlyMap<string, number>>(new Map())

/** Display sets known so far, by Series Instance UID: a series of eight clips is eight thumbnails. */
export const knownSets = new Store<ReadonlyMap<string, DisplaySet[]>>(new Map())

export function reportProgress(key: string, fraction: number): void {
  progress.set(new Map(progress.get()).set(key, fraction))
}

export function reportSets(seriesUid: string, sets: DisplaySet[]): void {
  knownSets.set(new Map(knownSets.get()).set(seriesUid, sets))
}

export function forgetReading(): void {
  focus.set(undefined)
  progress.set(new Map())
  knownSets.set(new Map())
}

/** Which tab of the side panel is open; cards send readers to the fields. */
export const panelTab = new Store<'details' | 'fields'>('details')

export function showFields(): void {
  panelTab.set('fields')
}
