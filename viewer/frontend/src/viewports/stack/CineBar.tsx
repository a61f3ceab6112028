import { Pause, Play } from 'lucide-react'
import { useTexts } from '../../services/i18n'
import type { StackController } from './StackController'
import type { StackView } from './stackView'

/** Play, position and speed of a loop. */
export function CineBar({ controller, view, count }: { controller: StackController; view: StackView; count: number }) {
  const t = useTexts()
  const label = view.playing ? t.tool.pause : t.tool.play
  return (
    <div className="cine">
      <button type="button" className="ib" aria-label={label} title={`${label} (Space)`} onClick={() => { controller.run({ kind: 'play' }) }}>
        {view.playing ? <Pause className="i" aria-hidden /> : <Play className="i" aria-hidden />}
      </button>
      <input type="range" className="grow" min={1} max={count} value={view.target + 1} aria-label={t.viewer.scrollbar}
        onChange={(event) => { controller.scrollTo(Number(event.target.value) - 1) }} />
      <span className="s13 t2 nw">{view.index + 1} / {count}</span>
      <input type="number" className="field cine-rate" min={1} max={120} value={view.framesPerSecond} aria-label={t.tool.rate}
        onChange={(event) => { controller.setRate(Math.max(1, Math.min(120, Number(event.target.value) || 1))) }} />
      <span className="s13 t3">/s</span>
    </div>
  )
}
