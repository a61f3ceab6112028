import {
  addTool, AngleTool, annotation, EllipticalROITool, Enums, LengthTool, PanTool, ProbeTool, ToolGroupManager, WindowLevelTool, ZoomTool,
} from '@cornerstonejs/tools'
import { bindings, type Bindings, type MouseButton, type ToolId } from '../../tools/toolset'

const GROUP = 'reading'
const TOOLS = {
  windowLevel: WindowLevelTool,
  pan: PanTool,
  zoom: ZoomTool,
  length: LengthTool,
  angle: AngleTool,
  ellipse: EllipticalROITool,
  probe: ProbeTool,
} satisfies Record<ToolId, unknown>

const BUTTONS: Record<MouseButton, Enums.MouseBindings> = {
  left: Enums.MouseBindings.Primary,
  middle: Enums.MouseBindings.Auxiliary,
  right: Enums.MouseBindings.Secondary,
}

type Group = NonNullable<ReturnType<typeof ToolGroupManager.getToolGroup>>

let group: Group | undefined

/** The tool group of all stacks; it follows the bindings chosen in the tool bar. */
export function toolGroup(): Group {
  if (group) return group
  const made = ToolGroupManager.createToolGroup(GROUP) ?? (ToolGroupManager.getToolGroup(GROUP) as Group)
  for (const tool of Object.values(TOOLS)) {
    addTool(tool)
    made.addTool(tool.toolName)
  }
  style()
  apply(made, bindings.get())
  bindings.subscribe(() => {
    apply(made, bindings.get())
  })
  group = made
  return made
}

function apply(target: Group, current: Bindings): void {
  for (const tool of Object.values(TOOLS)) target.setToolPassive(tool.toolName, { removeAllBindings: true })
  for (const button of ['left', 'middle', 'right'] as const) {
    const touches = button === 'left' ? [{ numTouchPoints: 1 }] : button === 'right' ? [{ numTouchPoints: 2 }] : []
    target.setToolActive(TOOLS[current[button]].toolName, { bindings: [{ mouseButton: BUTTONS[button] }, ...touches] })
  }
}

/** A person's mark: solid, in the token's colour (tokens.css is the one place that knows it). */
function style(): void {
  const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  const human = token('--img-human')
  const { style } = annotation.config
  const before = style.getDefaultToolStyles()
  style.setDefaultToolStyles({
    ...before,
    global: {
      ...before.global,
      color: human,
      colorHighlighted: human,
      colorSelected: human,
      colorLocked: human,
      lineWidth: '1.5',
      textBoxColor: human,
      textBoxColorHighlighted: human,
      textBoxColorSelected: human,
      textBoxFontFamily: token('--font-ui'),
      textBoxFontSize: '14px',
      textBoxLinkLineWidth: '1',
      textBoxLinkLineDash: '2,3',
      shadow: true,
    },
  })
}
