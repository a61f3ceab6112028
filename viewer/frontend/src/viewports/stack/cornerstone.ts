import { cache, init as initCore, metaData, registerImageLoader, RenderingEngine } from '@cornerstonejs/core'
import { init as initDecoders } from '@cornerstonejs/dicom-image-loader'
import { init as initTools } from '@cornerstonejs/tools'
import { loadFrame } from './frameLoader'
import { SCHEME } from './frameRegistry'
import { provideMetadata } from './metadataProvider'

const ENGINE = 'atrium'
/** Above the library's own providers, which read headers we never give them. */
const FIRST = 10_000
const GIB = 2 ** 30

let engine: RenderingEngine | undefined

/** The one rendering engine, made on first use: library, decode workers, tools and our providers. */
export function renderingEngine(): RenderingEngine {
  if (engine) return engine
  initCore()
  initDecoders({ maxWebWorkers: Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1)) })
  initTools()
  registerImageLoader(SCHEME, loadFrame)
  metaData.addProvider(provideMetadata, FIRST)
  cache.setMaxCacheSize(cacheBudget())
  engine = new RenderingEngine(ENGINE)
  return engine
}

/** A quarter of the device's memory, 1–3 GiB: decoded frames share it with the page and the graphics card. */
export function cacheBudget(): number {
  const memory = (navigator as { deviceMemory?: number }).deviceMemory ?? 4
  return Math.min(3, Math.max(1, memory / 4)) * GIB
}

/** True while fetching ahead may go on; frames that someone looks at are always fetched. */
export function roomForPrefetch(): boolean {
  return cache.getCacheSize() < cacheBudget() * 0.6
}

export function purgePixels(): void {
  if (engine) cache.purgeCache()
}
