/**
 * What a reader does on the first day: sign in, find a patient, read a CT, look at every other kind of object.
 *
 *     node tests/journey.mjs --url http://127.0.0.1:8000 --signin LINK --out FOLDER
 *
 * Asserts on pixels and words, keeps a screenshot of every screen and viewport kind in FOLDER, prints one JSON line of
 * timings, and ends with 1 when anything is not as it should be.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import assert from 'node:assert/strict'
import { openPage, pixelsOf, until } from './browser.mjs'

const { values } = parseArgs({ options: { url: { type: 'string' }, signin: { type: 'string' }, out: { type: 'string' } } })
if (!values.url || !values.signin || !values.out) {
  console.error('usage: node tests/journey.mjs --url URL --signin LINK --out FOLDER')
  process.exit(2)
}
const origin = new URL(values.url).origin
mkdirSync(values.out, { recursive: true })

const { browser, page, complaints } = await openPage(origin)
const times = {}
const shot = (name) => page.screenshot({ path: join(values.out, `${name}.png`) })
const api = (path) => page.evaluate(async (address) => (await fetch(address)).json(), `/viewer/api/${path}`)
const rows = () => page.locator('.gr-row').count()

async function signIn() {
  await page.goto(`${origin}/worklist`)
  await page.waitForSelector('#username')
  await until('what the archive says of itself', () => page.locator('.si-notice h2').first().textContent())
  await shot('01-sign-in')
  await page.fill('#username', 'nobody')
  await page.fill('#password', 'wrong')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.si-problem')
  await shot('01-sign-in-refused')
  await page.goto(values.signin)
  await until('rows of the worklist', rows)
}

async function worklist() {
  await page.locator('.gr-row').nth(1).hover({ position: { x: 320, y: 8 } })
  await page.waitForSelector('.hv img', { timeout: 8000 }).catch(() => undefined)
  await page.waitForTimeout(700)
  await shot('02-worklist')
  await page.mouse.move(5, 5)

  const first = (await api('worklist?limit=1')).studies[0]
  const family = first.patient.name.alphabetic.split('^')[0]
  await page.keyboard.press('/')
  await page.keyboard.type(family.slice(0, 4))
  await until('rows that match the search', async () => {
    const names = await page.locator('.gr-row .name').allTextContents()
    return names.length > 0 && names.some((name) => name.toUpperCase().includes(family.slice(0, 4).toUpperCase()))
  })
  assert.ok(!page.url().includes(family.slice(0, 4)), 'what was typed must not be in the address')
  await page.fill('.wl-search input', 'zzzzqq')
  await page.waitForSelector('.wl-state h2')
  await shot('14-no-match')
  await page.keyboard.press('Escape')
  await until('all rows again', rows)

  await page.click('button:has-text("Radiology")')
  await until('one department', async () => (await page.locator('.gr-row').count()) > 0 && page.url().includes('department=radiology'))
  const before = await page.locator('.gr-row.sel').getAttribute('id')
  await page.locator('[data-study-grid]').focus()
  await page.keyboard.press('ArrowDown')
  assert.notEqual(await page.locator('.gr-row.sel').getAttribute('id'), before, 'arrow keys move the selection')

  await page.click('.bar .ib >> nth=0')
  await shot('16-worklist-light')
  await page.click('.bar .ib >> nth=0')
  await page.click('button[lang="zh-Hans"]')
  await shot('17-worklist-zh')
  await page.click('button[lang="en"]')
}

async function chestCt() {
  const { studies } = await api('worklist?limit=100&modality=CT')
  const study = studies.filter((entry) => /thorax|chest/i.test(entry.description)).sort((a, b) => b.instance_count - a.instance_count)[0] ?? studies[0]
  await page.goto(`${origin}/worklist?modality=CT`)
  await until('rows', rows)
  const row = page.locator('.gr-row', { hasText: study.description }).first()
  const start = Date.now()
  await row.dblclick()
  await page.waitForSelector('.vp-preview', { timeout: 5000 })
  await until('the preview', () => page.evaluate(() => document.querySelector('.vp-preview')?.naturalWidth))
  times.preview_ms = Date.now() - start
  await until('the first diagnostic image', async () => (await pixelsOf(page)).deviation > 10 && (await corner('br')).includes('W '))
  times.first_image_ms = Date.now() - start
  assert.equal(page.url().includes(study.patient.patient_id), false, 'no patient ID in the address')
  assert.equal((await page.title()).includes(study.patient.name.alphabetic.split('^')[0]), false, 'no name in the title')

  const slice = await corner('bl')
  const shown = await pixelsOf(page)
  await page.keyboard.press('ArrowDown')
  await until('the next slice', async () => (await corner('bl')) !== slice && (await pixelsOf(page)).digest !== shown.digest)
  const next = await pixelsOf(page)
  await page.keyboard.press('2')
  await until('the lung window', async () => /W 1400\s+L −500/.test(await corner('br')) && (await pixelsOf(page)).digest !== next.digest)
  const box = await page.locator('.stack-pixels').boundingBox()
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const wheel = await corner('bl')
  await page.mouse.wheel(0, 100)
  await until('a slice by the wheel', async () => (await corner('bl')) !== wheel)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2 + 80, box.y + box.height / 2 + 40, { steps: 6 })
  await page.mouse.up()
  await until('another window by dragging', async () => !/W 1400\s+L −500/.test(await corner('br')))
  const upright = await pixelsOf(page)
  await page.keyboard.press('i')
  await until('inverted', async () => (await pixelsOf(page)).digest !== upright.digest && (await corner('br')).includes('inverted'))
  await page.keyboard.press('r')
  assert.match(await page.locator('.ov.oL').first().textContent(), /R/, 'patient right on the left of an axial slice')
  await until('the whole stack', () => page.evaluate(() => {
    const parts = [...document.querySelectorAll('.sb i')].map((part) => Number.parseFloat(part.style.height))
    return parts.length === 1 && parts[0] > 99.5
  }), 90_000)
  times.all_images_ms = Date.now() - start
  await shot('04-viewer-ct')

  await page.keyboard.press('c')
  await page.waitForTimeout(300)
  if (await page.locator('.layout-1x2').count()) {
    await until('the prior beside it', async () => (await pixelsOf(page, '.cell:nth-child(2) .stack-pixels canvas')).deviation > 10, 30_000)
    await page.waitForTimeout(400)
    await shot('04-viewer-ct-compare')
  }
  await page.click('[role=tab]:has-text("DICOM fields")')
  await page.fill('.fields-find input', 'pixel spacing')
  await until('the field that was looked for', async () => (await page.locator('.fields-list').textContent()).includes('Pixel Spacing'))
  await shot('04-viewer-fields')
  await page.click('[role=tab] >> nth=0')
  await page.locator('body').press('?')
  await page.waitForSelector('dialog[open]')
  await shot('05-shortcuts')
  await page.keyboard.press('Escape')
  assert.ok(page.url().includes('/studies/'), 'Esc closes the sheet and nothing else')
  await page.click('button[lang="zh-Hans"]')
  await shot('17-viewer-zh')
  await page.click('button[lang="en"]')
  await page.click('button[aria-label="Timeline"]')
  await page.waitForSelector('.ev')
  await page.waitForTimeout(1200)
  await shot('03-timeline')
}

/** By keys alone: open the first study, go on to the next, and come back to the list as it was. */
async function onward() {
  await page.goto(`${origin}/worklist?modality=CT`)
  await until('two studies', async () => (await rows()) > 1)
  await page.locator('[data-study-grid]').focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await until('the first study', async () => (await pixelsOf(page)).deviation > 2, 30_000)
  const first = page.url()
  await page.keyboard.press('Enter')
  await until('the next study', async () => page.url() !== first && (await pixelsOf(page)).deviation > 2, 30_000)
  await page.keyboard.press('Escape')
  await until('the filtered list again', async () => page.url().endsWith('modality=CT') && (await rows()) > 1)
}

/** One study of every department and modality: each shows pixels, or something made for its kind, and never an error. */
async function everyKind() {
  const { counts } = await api('worklist?limit=1')
  for (const modality of Object.keys(counts.modalities).sort()) {
    const { studies } = await api(`worklist?limit=1&modality=${encodeURIComponent(modality)}`)
    const study = studies[0]
    if (!study) continue
    await page.goto(`${origin}/studies/${study.study_instance_uid}?patient=${encodeURIComponent(study.patient.key)}`)
    const found = await until(`something to see of ${modality}`, () => page.evaluate(() => {
      const vp = document.querySelector('.vp')
      if (vp?.querySelector('.stack .texts .br:not(:has(.warn:only-child))') && vp.querySelector('.stack-pixels canvas')) return 'stack'
      return ['.ecg canvas', '.report', '.vp-frame', 'video', '.slide-overview img', '.card'].find((selector) => vp?.querySelector(selector))
    }), 30_000)
    if (found === 'stack') await until(`pixels of ${modality}`, async () => (await pixelsOf(page)).deviation > 2, 30_000)
    assert.equal(await page.locator('.stack .ms').count(), 0, `${modality} shows its picture`)
    await page.waitForTimeout(500)
    await shot(`kind-${modality.toLowerCase()}`)
  }
}

function corner(which) {
  return page.locator(`.ov.${which}`).first().textContent()
}

let failed = 0
for (const step of [signIn, worklist, chestCt, onward, everyKind]) {
  try {
    await step()
    console.log(`ok   ${step.name}`)
  } catch (error) {
    failed += 1
    console.error(`FAIL ${step.name}: ${error.stack}`)
    await shot(`failed-${step.name}`).catch(() => undefined)
  }
}
for (const complaint of [...new Set(complaints)]) console.error(`FAIL ${complaint}`)
console.log(JSON.stringify(times))
await browser.close()
process.exit(failed || complaints.length ? 1 : 0)
