import { Store } from '../services/store'

/** Tools that a mouse button can have. */
export type ToolId = 'windowLevel' | 'pan' | 'zoom' | 'length' | 'angle' | 'ellipse' | 'probe'
export type MouseButton = 'left' | 'middle' | 'right'
export type Bindings = Record<MouseButton, ToolId>

/** One key per tool, ux.md "Keys". */
export const TOOL_KEYS: Record<string, ToolId> = {
  w: 'windowLevel',
  p: 'pan',
  z: 'zoom',
  l: 'length',
  g: 'angle',
  o: 'ellipse',
}

export const BUTTON_LETTER: Record<MouseButton, string> = { left: 'L', middle: 'M', right: 'R' }

const INITIAL: Bindings = { left: 'windowLevel', middle: 'pan', right: 'zoom' }

export const bindings = new Store<Bindings>(INITIAL)

/** Gives a button another tool. A tool that was on another button changes places, so none is ever lost. */
export function bind(button: MouseButton, tool: ToolId): void {
  const before = bindings.get()
  if (before[button] === tool) return
  const next = { ...before, [button]: tool }
  for (const other of ['left', 'middle', 'right'] as const) {
    if (other !== button && before[other] === tool) next[other] = before[button]
  }
  bindings.set(next)
}

export function buttonOf(current: Bindings, tool: ToolId): MouseButton | undefined {
  return (['left', 'middle', 'right'] as const).find((button) => current[button] === tool)
}
