import {
  CircleCheck, CircleHelp, FileQuestion, FileText, ImageOff, Lock, SearchX, TriangleAlert, WifiOff, type LucideIcon,
} from 'lucide-react'

export type StateIcon = 'done' | 'search' | 'offline' | 'error' | 'locked' | 'image' | 'unknown' | 'document'

const ICONS: Record<StateIcon, [LucideIcon, string]> = {
  done: [CircleCheck, 'cok'],
  search: [SearchX, 't2'],
  offline: [WifiOff, 'cw'],
  error: [TriangleAlert, 'cw'],
  locked: [Lock, 'cu'],
  image: [ImageOff, ''],
  unknown: [FileQuestion, 't2'],
  document: [FileText, 't2'],
}

interface Action {
  label: string
  run: () => void
  key?: string
}

/** Why there is nothing to see, what still works, and one next step. */
export function StateMessage(props: {
  icon: StateIcon
  title: string
  text: string
  note?: string | undefined
  action?: Action | undefined
  second?: Action | undefined
  live?: boolean
}) {
  const [Icon, colour] = ICONS[props.icon] ?? [CircleHelp, 't2']
  return (
    <div className="ms" role={props.live ? 'status' : undefined}>
      <Icon className={`i ms-icon ${colour}`} aria-hidden />
      <h2>{props.title}</h2>
      <p className="t2">{props.text}</p>
      {props.note && <p className="t3 s13">{props.note}</p>}
      {(props.action ?? props.second) && (
        <div className="row ms-acts">
          {props.action && <ActionButton action={props.action} primary />}
          {props.second && <ActionButton action={props.second} />}
        </div>
      )}
    </div>
  )
}

function ActionButton({ action, primary = false }: { action: Action; primary?: boolean }) {
  return (
    <button type="button" className={`btn s${primary ? ' p' : ''}`} onClick={action.run}>
      {action.label}
      {action.key && <kbd>{action.key}</kbd>}
    </button>
  )
}
