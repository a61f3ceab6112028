import { ViewportCell, type CellContent } from './ViewportCell'
import type { ViewportPort } from './types'

export type Layout = '1x1' | '1x2' | '2x2'
export const LAYOUTS: readonly Layout[] = ['1x1', '1x2', '2x2']

export function cellCount(layout: Layout): number {
  return { '1x1': 1, '1x2': 2, '2x2': 4 }[layout]
}

/** The viewports. An expanded one takes all the room; the others stay as they are behind it. */
export function ViewportGrid(props: {
  layout: Layout
  cells: readonly (CellContent | undefined)[]
  active: number
  expanded: boolean
  texts: boolean
  onActivate: (index: number) => void
  onExpand: (index: number) => void
  onPort: (index: number, port: ViewportPort | undefined) => void
}) {
  const count = cellCount(props.layout)
  const single = count === 1 || props.expanded
  return (
    <main className={`grid layout-${props.expanded ? '1x1' : props.layout}`}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className="cell" hidden={props.expanded && index !== props.active}>
          <ViewportCell index={index} content={props.cells[index]} active={index === props.active} single={single} texts={props.texts}
            onActivate={props.onActivate} onExpand={props.onExpand} onPort={props.onPort} />
        </div>
      ))}
    </main>
  )
}
