import { useEffect, useRef } from 'react'
import { preferences } from './preferences'

/** Answers true when the key was used, so that nobody else gets it. */
export type KeyHandler = (event: KeyboardEvent) => boolean

/** Single keys stay off while someone types, and when they were switched off (WCAG 2.1.4). */
export function useKeys(handler: KeyHandler): void {
  const latest = useRef(handler)
  useEffect(() => {
    latest.current = handler
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      // An open dialog owns the keyboard: its Esc must not also leave the page below it.
      if (event.defaultPrevented || isTyping(event.target) || document.querySelector('dialog[open]')) return
      if (isActivation(event)) return
      const single = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey
      if (single && event.key !== ' ' && !preferences.get().singleKeys) return
      if (latest.current(event)) event.preventDefault()
    }
    window.addEventListener('keydown', listen)
    return () => {
      window.removeEventListener('keydown', listen)
    }
  }, [])
}

/** Space and Enter on a control belong to that control. */
function isActivation(event: KeyboardEvent): boolean {
  return (event.key === ' ' || event.key === 'Enter') && event.target instanceof HTMLElement && event.target.closest('button,a,[role=tab]') !== null
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && /^(range|checkbox|radio|button)$/.test(target.type))
  )
}
