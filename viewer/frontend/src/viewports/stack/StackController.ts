import { Enums, type Types } from '@cornerstonejs/core'
import { frameDuration } from '../../domain/frames'
import { FAILED, LOADED } from '../../domain/loadOrder'
import { hasExactWindow, suvFactor } from '../../domain/suv'
import type { ViewportCommand } from '../../domain/viewportKeys'
import { bounds, fromBounds, presetsFor, type Preset, type Window } from '../../domain/windowing'
import { scheduler } from '../../services/loadScheduler'
import { Store } from '../../services/store'
import type { ViewportPort } from '../types'
import { renderingEngine } from './cornerstone'
import { AHEAD, type FrameStack } from './frameStack'
import { measureView } from './measureView'
import type { StackView } from './stackView'
import { toolGroup } from './toolGroup'

const { Events, ViewportType } = Enums
let made = 0

/** Drives one cornerstone stack viewport. React sees only `view`; pixels and camera never leave here. */
export class StackController implements ViewportPort {
  readonly view: Store<StackView>
  readonly stack: FrameStack
  readonly presets: Preset[]
  readonly #element: HTMLDivElement
  readonly #id: string
  readonly #release: (() => void)[] = []
  #viewport: Types.IStackViewport | undefined
  #showing = false
  #drawn = 0
  #playTimer = 0

  constructor(element: HTMLDivElement, stack: FrameStack) {
    this.#element = element
    this.stack = stack
    this.#id = `stack-${(made += 1)}`
    const first = stack.set.frames[0]
    this.presets = presetsFor(stack.set.modality, first !== undefined && suvFactor(first.dataset) !== undefined)
    this.view = new Store<StackView>({
      status: 'preview',
      index: stack.focus,
      target: stack.focus,
      window: undefined,
      zoom: 1,
      letters: undefined,
      scaleBar: undefined,
      inverted: false,
      playing: false,
      framesPerSecond: Math.round(1000 / frameDuration(first?.dataset ?? {})),
      loaded: 0,
    })
    this.#release.push(stack.subscribe(this.#onLoaded))
    this.#listen()
  }

  start(): void {
    scheduler.poke()
    void this.#show()
  }

  setPriority(priority: number): void {
    this.stack.priority = priority
    scheduler.poke()
  }

  scrollTo(index: number): void {
    const target = Math.max(0, Math.min(this.stack.imageIds.length - 1, index))
    if (target === this.view.get().target) return
    this.stack.focus = target
    this.view.update({ target })
    scheduler.poke()
    void this.#show()
  }

  setPreset(preset: Preset): void {
    this.#setWindow(preset)
    this.#viewport?.render()
  }

  setRate(framesPerSecond: number): void {
    this.view.update({ framesPerSecond })
  }

  retry(): void {
    this.stack.retry(this.view.get().target)
    this.view.update({ status: this.#viewport ? 'shown' : 'preview' })
  }

  run(command: ViewportCommand): boolean {
    const { target, playing } = this.view.get()
    switch (command.kind) {
      case 'scroll':
        this.scrollTo(target + command.by)
        return true
      case 'first':
        this.scrollTo(0)
        return true
      case 'last':
        this.scrollTo(this.stack.imageIds.length - 1)
        return true
      case 'preset': {
        const preset = this.presets.find((entry) => entry.key === command.key)
        if (preset) this.setPreset(preset)
        return preset !== undefined
      }
      case 'play':
        if (this.stack.imageIds.length < 2) return false
        if (playing) this.#pause()
        else this.#play()
        return true
      default:
        return this.#transform(command.kind)
    }
  }

  destroy(): void {
    this.#pause()
    cancelAnimationFrame(this.#drawn)
    for (const release of this.#release) release()
    this.stack.priority = AHEAD
    if (this.#viewport) {
      toolGroup().removeViewports(renderingEngine().id, this.#id)
      renderingEngine().disableElement(this.#id)
      this.#viewport = undefined
    }
  }

  #transform(kind: 'reset' | 'invert' | 'rotate' | 'flipHorizontal' | 'flipVertical'): boolean {
    const viewport = this.#viewport
    if (!viewport) return true
    const camera = viewport.getCamera()
    if (kind === 'reset') {
      viewport.resetProperties()
      this.#steadyWindow(this.view.get().index)
      viewport.setViewPresentation({ rotation: 0 })
      viewport.setCamera({ flipHorizontal: false, flipVertical: false })
      viewport.resetCamera()
    } else if (kind === 'invert') viewport.setProperties({ invert: !viewport.getProperties().invert })
    else if (kind === 'rotate') {
      viewport.setViewPresentation({ rotation: ((viewport.getViewPresentation().rotation ?? 0) + 90) % 360 })
    } else viewport.setCamera({ [kind]: !camera[kind] })
    viewport.render()
    return true
  }

  /** Brings the wanted frame on the screen once it is loaded; one at a time, so a late one never covers a newer one. */
  async #show(): Promise<void> {
    if (this.#showing) return
    this.#showing = true
    try {
      for (;;) {
        const { target, index, status } = this.view.get()
        const state = this.stack.states[target]
        if (state === FAILED) this.view.update({ status: 'failed', index: target })
        if (state !== LOADED || (target === index && status === 'shown' && this.#viewport)) return
        if (this.#viewport) await this.#viewport.setImageIdIndex(target)
        else await this.#enable(target)
        this.view.update({ status: 'shown', index: target })
        this.#viewport?.render()
      }
    } finally {
      this.#showing = false
    }
  }

  async #enable(index: number): Promise<void> {
    const engine = renderingEngine()
    engine.enableElement({
      viewportId: this.#id,
      type: ViewportType.STACK,
      element: this.#element,
      defaultOptions: { background: [0, 0, 0] },
    })
    const viewport = engine.getViewport(this.#id) as Types.IStackViewport
    await viewport.setStack(this.stack.imageIds, index)
    toolGroup().addViewport(this.#id, engine.id)
    // The tools make the element focusable and swallow its keys; ours are heard on the window.
    this.#element.removeAttribute('tabindex')
    this.#viewport = viewport
    this.#steadyWindow(index)
    viewport.render()
  }

  /**
   * Slices of one volume share the window of the first one shown: contrast must not jump from slice to slice.
   * Real numbers get theirs from here too, as the library only knows the LINEAR function. PET keeps its SUV range.
   */
  #steadyWindow(index: number): void {
    const frame = this.stack.set.frames[index]
    if (!frame || frame.modality === 'PT' || frame.pixel.samplesPerPixel > 1) return
    const volume = frame.plane !== undefined && this.stack.imageIds.length > 3
    const exact = hasExactWindow(frame)
    const image = this.#viewport?.getCornerstoneImage()
    const whole = exact && image ? fromBounds(image.minPixelValue, image.maxPixelValue, true) : undefined
    const window = frame.windows[0] ?? whole
    if (window && (volume || exact)) this.#setWindow(window)
  }

  #setWindow(window: Window): void {
    const frame = this.stack.set.frames[this.view.get().index]
    const exact = frame !== undefined && hasExactWindow(frame)
    this.#viewport?.setProperties({ voiRange: bounds(window, exact) })
  }

  #onLoaded = (): void => {
    this.view.update({ loaded: this.view.get().loaded + 1 })
    void this.#show()
  }

  #listen(): void {
    const element = this.#element
    const drawn = (): void => {
      cancelAnimationFrame(this.#drawn)
      this.#drawn = requestAnimationFrame(this.#measure)
    }
    const wheel = (event: WheelEvent): void => {
      event.preventDefault()
      if (event.ctrlKey) this.#zoomBy(event.deltaY < 0 ? 1.1 : 1 / 1.1)
      else this.scrollTo(this.view.get().target + Math.sign(event.deltaY || event.deltaX) * (event.shiftKey ? 5 : 1))
    }
    const menu = (event: Event): void => {
      event.preventDefault()
    }
    const resize = new ResizeObserver(() => {
      this.#resize()
    })
    element.addEventListener(Events.IMAGE_RENDERED, drawn)
    element.addEventListener('wheel', wheel, { passive: false })
    element.addEventListener('contextmenu', menu)
    resize.observe(element)
    this.#release.push(() => {
      element.removeEventListener(Events.IMAGE_RENDERED, drawn)
      element.removeEventListener('wheel', wheel)
      element.removeEventListener('contextmenu', menu)
      resize.disconnect()
    })
  }

  /** Another size keeps what the reader sees: zoom and pan are relative to the picture that fits. */
  #resize(): void {
    if (!this.#viewport || !this.#element.clientWidth) return
    const presentation = this.#viewport.getViewPresentation()
    renderingEngine().resize(true, false)
    this.#viewport.setViewPresentation(presentation)
    this.#viewport.render()
  }

  #zoomBy(factor: number): void {
    const viewport = this.#viewport
    if (!viewport) return
    viewport.setZoom(viewport.getZoom() * factor)
    viewport.render()
  }

  #measure = (): void => {
    const frame = this.stack.set.frames[this.view.get().index]
    if (this.#viewport && frame) this.view.update(measureView(this.#viewport, frame, this.#element.clientWidth))
  }

  #play(): void {
    this.view.update({ playing: true })
    let due = performance.now()
    const step = (now: number): void => {
      this.#playTimer = requestAnimationFrame(step)
      const { index, target, framesPerSecond } = this.view.get()
      // A frame that is not there yet holds the loop instead of being skipped: nothing is hidden from the reader.
      if (now < due || index !== target) return
      due = Math.max(due + 1000 / framesPerSecond, now - 100)
      this.scrollTo((index + 1) % this.stack.imageIds.length)
    }
    this.#playTimer = requestAnimationFrame(step)
  }

  #pause(): void {
    cancelAnimationFrame(this.#playTimer)
    this.view.update({ playing: false })
  }
}
