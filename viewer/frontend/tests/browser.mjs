/** Debian's Chromium with software GL, and the few things every journey asks of a page. */
import { chromium } from 'playwright-core'

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--use-angle=swiftshader', '--enable-unsafe-swiftshader',
]

/** A page of 1600 x 900 and the complaints the browser had about it. */
export async function openPage(origin) {
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS })
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, locale: 'en-GB' })
  const page = await context.newPage()
  const complaints = []
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`))
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(`console: ${text}`)
  })
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol.startsWith('http') && url.origin !== origin) complaints.push(`left the archive: ${url.origin}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} ${new URL(response.url()).pathname}`)
  })
  return { browser, page, complaints }
}

/** Grey values of the first canvas below a selector: how many, their spread, and a number that changes with any of them. */
export function pixelsOf(page, selector = '.stack-pixels canvas') {
  return page.evaluate((wanted) => {
    const canvas = document.querySelector(wanted)
    if (!canvas?.width || !canvas.height) return { count: 0, deviation: 0, digest: 0 }
    const copy = document.createElement('canvas')
    copy.width = canvas.width
    copy.height = canvas.height
    const context = copy.getContext('2d')
    context.drawImage(canvas, 0, 0)
    const { data } = context.getImageData(0, 0, copy.width, copy.height)
    let [sum, squares, digest] = [0, 0, 0]
    for (let index = 0; index < data.length; index += 4) {
      const value = data[index]
      sum += value
      squares += value * value
      digest = (digest * 31 + value) >>> 0
    }
    const count = data.length / 4
    return { count, deviation: Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)), digest }
  }, selector)
}

/** Waits until `test` gives something true; fails with the name of what was waited for. */
export async function until(name, test, milliseconds = 15_000) {
  const end = Date.now() + milliseconds
  for (;;) {
    const found = await test()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited ${milliseconds} ms for ${name}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
