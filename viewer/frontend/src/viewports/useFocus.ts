import { useEffect } from 'react'
import { focus } from '../services/reading'
import type { ViewportProps } from './types'

/** Tells the side panel what this viewport shows while it is the active one. */
export function useFocus({ set, active }: Pick<ViewportProps, 'set' | 'active'>): void {
  useEffect(() => {
    const dataset = set.instances[0]
    if (active && dataset) focus.set({ set, dataset, frameNumber: 1 })
  }, [set, active])
}
