import type { KeyboardEvent, PointerEvent } from 'react'
import { loadedRuns } from '../../domain/loadOrder'
import { useTexts } from '../../services/i18n'
import type { FrameStack } from './frameStack'
import type { StackView } from './stackView'

/** Where one is in the stack, and which parts are loaded. */
export function Scrollbar({ stack, view, onScroll }: { stack: FrameStack; view: StackView; onScroll: (index: number) => void }) {
  const t = useTexts()
  const count = stack.imageIds.length
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect()
    onScroll(Math.round(((event.clientY - box.top) / box.height) * (count - 1)))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowUp: -1, ArrowDown: 1, Home: -count, End: count }[event.key]
    if (step === undefined) return
    event.preventDefault()
    onScroll(view.target + step)
  }
  return (
    <div className="sb-hit" role="slider" tabIndex={0} aria-orientation="vertical" aria-label={t.viewer.scrollbar} aria-valuemin={1} aria-valuemax={count}
      aria-valuenow={view.target + 1} onKeyDown={onKeyDown}
      onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); move(event) }}
      onPointerMove={(event) => { if (event.buttons === 1) move(event) }}>
      <div className="sb">
        {loadedRuns(stack.states).map((run) => (
          <i key={run.start} style={{ top: `${run.start * 100}%`, height: `${(run.end - run.start) * 100}%` }} />
        ))}
        <u style={{ top: `calc(${(view.target / Math.max(1, count - 1)) * 100}% - 6px)` }} />
      </div>
    </div>
  )
}
