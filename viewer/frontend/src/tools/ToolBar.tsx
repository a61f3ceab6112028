import {
  Angle, Contrast, Eye, EyeOff, FlipHorizontal2, FlipVertical2, Hand, Layers, RotateCcw, RotateCw, Ruler, SunMoon, ZoomIn,
  Circle, Pipette, type LucideIcon,
} from 'lucide-react'
import { useTexts } from '../services/i18n'
import { useStore } from '../services/store'
import { bind, bindings, BUTTON_LETTER, buttonOf, type ToolId } from './toolset'

export type Command = 'reset' | 'invert' | 'rotate' | 'flipHorizontal' | 'flipVertical'

const NAVIGATE: [ToolId, LucideIcon, string][] = [['windowLevel', Contrast, 'W'], ['pan', Hand, 'P'], ['zoom', ZoomIn, 'Z']]
const MEASURE: [ToolId, LucideIcon, string][] = [
  ['length', Ruler, 'L'], ['angle', Angle, 'G'], ['ellipse', Circle, 'O'], ['probe', Pipette, ''],
]
const COMMANDS: [Command, LucideIcon, string][] = [
  ['invert', SunMoon, 'I'], ['rotate', RotateCw, ''], ['flipHorizontal', FlipHorizontal2, ''], ['flipVertical', FlipVertical2, ''],
  ['reset', RotateCcw, 'R'],
]

/** Tools of the viewports. A click gives the tool the left button, a right click the right one; the letter says which. */
export function ToolBar(props: { disabled: boolean; texts: boolean; onTexts: () => void; onCommand: (command: Command) => void }) {
  const t = useTexts()
  const current = useStore(bindings)
  const tool = ([id, Icon, key]: [ToolId, LucideIcon, string]) => {
    const button = buttonOf(current, id)
    const label = t.tool[id] + (key ? ` (${key})` : '')
    return (
      <button key={id} type="button" className={`tool${button === 'left' ? ' on' : ''}`} aria-label={t.tool[id]} title={label}
        aria-pressed={button === 'left'} disabled={props.disabled} onClick={() => { bind('left', id) }}
        onContextMenu={(event) => { event.preventDefault(); bind('right', id) }}
        onAuxClick={(event) => { if (event.button === 1) bind('middle', id) }}>
        <Icon className="i" aria-hidden />
        {button && <em aria-hidden="true">{BUTTON_LETTER[button]}</em>}
      </button>
    )
  }
  return (
    <div className="tools" role="toolbar" aria-label={t.shortcuts}>
      {NAVIGATE.map(tool)}
      <span className="tool" title={t.tool.scroll}>
        <Layers className="i" aria-hidden />
        <em aria-hidden="true">W</em>
        <span className="sr">{t.tool.scroll}</span>
      </span>
      <span className="sep" />
      {MEASURE.map(tool)}
      <span className="sep" />
      {COMMANDS.map(([id, Icon, key]) => (
        <button key={id} type="button" className="tool" aria-label={t.tool[id]} title={t.tool[id] + (key ? ` (${key})` : '')}
          disabled={props.disabled} onClick={() => { props.onCommand(id) }}>
          <Icon className="i" aria-hidden />
        </button>
      ))}
      <button type="button" className={`tool${props.texts ? '' : ' on'}`} aria-label={t.tool.overlay} title={`${t.tool.overlay} (T)`}
        aria-pressed={props.texts} onClick={props.onTexts}>
        {props.texts ? <Eye className="i" aria-hidden /> : <EyeOff className="i" aria-hidden />}
      </button>
    </div>
  )
}

