import { useEffect, useRef, useState } from 'react'
import { plainName } from '../../domain/personName'
import { StateMessage } from '../../panels/StateMessage'
import { useTexts } from '../../services/i18n'
import { focus } from '../../services/reading'
import { useStore } from '../../services/store'
import type { ViewportProps } from '../types'
import { CineBar } from './CineBar'
import { stackOf } from './frameStack'
import { Scrollbar } from './Scrollbar'
import { StackController } from './StackController'
import { StackOverlay } from './StackOverlay'

/** A stack of frames: slices, projections, loops. */
export default function StackViewport(props: ViewportProps) {
  const { set, active, onPort } = props
  const element = useRef<HTMLDivElement>(null)
  const label = [plainName(props.study.patient.name), props.study.description, props.series.description].filter(Boolean).join(', ')
  const [controller, setController] = useState<StackController | undefined>()

  useEffect(() => {
    if (!element.current) return
    const made = new StackController(element.current, stackOf(set))
    made.start()
    setController(made)
    onPort(made)
    return () => {
      onPort(undefined)
      setController(undefined)
      made.destroy()
    }
    // The port is handed out once per controller; the parent keeps the function stable.
  }, [set, onPort])

  useEffect(() => {
    controller?.setPriority(active ? 0 : 1)
  }, [controller, active])

  return (
    <div className="stack">
      <div className="stack-pixels" ref={element} role="img" aria-label={label} />
      {controller && <Around {...props} controller={controller} />}
    </div>
  )
}

function Around(props: ViewportProps & { controller: StackController }) {
  const t = useTexts()
  const { controller, set, active } = props
  const view = useStore(controller.view)
  const frame = set.frames[view.index]

  useEffect(() => {
    if (active && frame) focus.set({ set, dataset: frame.dataset, frameNumber: frame.frameNumber })
  }, [active, frame, set])

  if (!frame) return null
  return (
    <>
      <StackOverlay {...props} view={view} frame={frame} />
      {set.frames.length > 1 && <Scrollbar stack={controller.stack} view={view} onScroll={(index) => { controller.scrollTo(index) }} />}
      {view.status === 'failed' && (
        <StateMessage live icon="image" title={t.viewer.decodeTitle(view.target + 1)} text={t.viewer.decodeText}
          action={{ label: t.retry, run: () => { controller.retry() } }} />
      )}
      {set.cine && <CineBar controller={controller} view={view} count={set.frames.length} />}
    </>
  )
}
