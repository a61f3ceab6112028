/** Which frame to fetch next: the one nearest to where the reader is, later before earlier at equal distance. */

export const WANTED = 0
export const ASKED = 1
export const LOADED = 2
export const FAILED = 3

/** Index of the nearest frame still wanted, or -1 when none is. */
export function nextWanted(states: Uint8Array, focus: number): number {
  for (let distance = 0; distance < states.length; distance += 1) {
    if (states[focus + distance] === WANTED) return focus + distance
    if (states[focus - distance] === WANTED) return focus - distance
  }
  return -1
}

/** Contiguous runs of loaded frames as fractions of the stack, for the scrollbar. */
export function loadedRuns(states: Uint8Array): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = []
  let start = -1
  for (let index = 0; index <= states.length; index += 1) {
    const loaded = states[index] === LOADED
    if (loaded && start < 0) start = index
    if (!loaded && start >= 0) {
      runs.push({ start: start / states.length, end: index / states.length })
      start = -1
    }
  }
  return runs
}
