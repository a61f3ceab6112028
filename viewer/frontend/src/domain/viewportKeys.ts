/** What may be asked of a viewport, whatever its kind. */
export type ViewportCommand =
  | { kind: 'reset' | 'invert' | 'rotate' | 'flipHorizontal' | 'flipVertical' | 'play' | 'first' | 'last' }
  | { kind: 'scroll'; by: number }
  | { kind: 'preset'; key: string }

/** The command a key stands for in any viewport, or undefined. */
export function viewportCommand(event: Pick<KeyboardEvent, 'key' | 'shiftKey'>): ViewportCommand | undefined {
  const by = event.shiftKey ? 10 : 1
  switch (event.key) {
    case 'ArrowDown':
      return { kind: 'scroll', by }
    case 'ArrowUp':
      return { kind: 'scroll', by: -by }
    case 'Home':
      return { kind: 'first' }
    case 'End':
      return { kind: 'last' }
    case ' ':
      return { kind: 'play' }
    case 'i':
    case 'I':
      return { kind: 'invert' }
    case 'r':
    case 'R':
      return { kind: 'reset' }
    default:
      return /^[1-9]$/.test(event.key) ? { kind: 'preset', key: event.key } : undefined
  }
}
