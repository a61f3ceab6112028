import type { WaveformGroup } from '../../domain/ecg'

/** CSS pixels per paper millimetre: as wide as fits, between 96 dpi and twice that. The squares carry the calibration. */
const SMALLEST_MM = 96 / 25.4
const LARGEST_MM = 2 * SMALLEST_MM
const MM_PER_SECOND = 25
const MM_PER_MILLIVOLT = 10
/** The usual sheet: three rows of four leads, 2.5 s each, over a rhythm strip. */
const SHEET = [
  ['I', 'aVR', 'V1', 'V4'],
  ['II', 'aVL', 'V2', 'V5'],
  ['III', 'aVF', 'V3', 'V6'],
]
const MARGIN_MM = 10
const ROW_MM = 30

interface Strip {
  channel: number
  label: string
  /** Left edge in seconds on the paper, and the part of the recording drawn there. */
  at: number
  from: number
  to: number
}

/** Draws a recording on paper squares. Twelve leads go on the usual sheet, anything else one channel a row. */
export function drawEcg(canvas: HTMLCanvasElement, group: WaveformGroup, samples: Float32Array[]): void {
  const seconds = (samples[0]?.length ?? 0) / (group.frequency || 1)
  const rows = layout(group, seconds)
  const room = { width: canvas.parentElement?.clientWidth ?? 0, height: canvas.parentElement?.clientHeight ?? 0 }
  const sheet = { width: MARGIN_MM * 2 + seconds * MM_PER_SECOND, height: MARGIN_MM + rows.length * ROW_MM }
  const mm = Math.max(SMALLEST_MM, Math.min(LARGEST_MM, room.width / sheet.width, room.height / sheet.height))
  const width = Math.max(room.width, sheet.width * mm)
  const height = Math.max(room.height, sheet.height * mm)
  const ratio = window.devicePixelRatio || 1
  canvas.width = Math.round(width * ratio)
  canvas.height = Math.round(height * ratio)
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const context = canvas.getContext('2d')
  if (!context) return
  context.scale(ratio, ratio)
  drawPaper(context, width, height, mm)
  const ink = getComputedStyle(canvas)
  context.strokeStyle = ink.getPropertyValue('--ecg-ink')
  context.fillStyle = ink.getPropertyValue('--ecg-ink')
  context.font = `600 14px ${ink.fontFamily}`
  rows.forEach((row, index) => {
    const baseline = mm * (MARGIN_MM / 2 + ROW_MM * (index + 0.55))
    for (const strip of row) {
      const data = samples[strip.channel]
      if (data) drawStrip(context, strip, data, group, baseline, mm)
    }
  })
}

function layout(group: WaveformGroup, seconds: number): Strip[][] {
  const index = new Map(group.channels.map((channel, position) => [channel.label.toUpperCase(), position]))
  const isTwelve = SHEET.flat().every((lead) => index.has(lead.toUpperCase()))
  if (!isTwelve || seconds < 4) {
    return group.channels.map((channel, position) => [{ channel: position, label: channel.label, at: 0, from: 0, to: seconds }])
  }
  const quarter = seconds / 4
  const rows = SHEET.map((leads) =>
    leads.map((label, column) => ({
      channel: index.get(label.toUpperCase()) ?? 0,
      label,
      at: column * quarter,
      from: column * quarter,
      to: (column + 1) * quarter,
    })),
  )
  return [...rows, [{ channel: index.get('II') ?? 0, label: 'II', at: 0, from: 0, to: seconds }]]
}

function drawPaper(context: CanvasRenderingContext2D, width: number, height: number, mm: number): void {
  const style = getComputedStyle(context.canvas)
  context.fillStyle = style.getPropertyValue('--ecg-paper')
  context.fillRect(0, 0, width, height)
  for (const [step, colour] of [[1, '--ecg-fine'], [5, '--ecg-coarse']] as const) {
    context.strokeStyle = style.getPropertyValue(colour)
    context.lineWidth = step === 1 ? 0.5 : 1
    context.beginPath()
    for (let x = 0; x <= width; x += step * mm) {
      context.moveTo(x, 0)
      context.lineTo(x, height)
    }
    for (let y = 0; y <= height; y += step * mm) {
      context.moveTo(0, y)
      context.lineTo(width, y)
    }
    context.stroke()
  }
}

function drawStrip(
  context: CanvasRenderingContext2D,
  strip: Strip,
  data: Float32Array,
  group: WaveformGroup,
  baseline: number,
  mm: number,
): void {
  const left = mm * (MARGIN_MM + strip.at * MM_PER_SECOND)
  const scale = MM_PER_MILLIVOLT * mm * (group.channels[strip.channel]?.millivolts === undefined ? autoScale(data) : 1)
  const from = Math.floor(strip.from * group.frequency)
  const to = Math.min(data.length, Math.ceil(strip.to * group.frequency))
  context.lineWidth = 1.2
  context.lineJoin = 'round'
  context.beginPath()
  for (let sample = from; sample < to; sample += 1) {
    const x = left + ((sample - from) / group.frequency) * MM_PER_SECOND * mm
    const y = baseline - (data[sample] ?? 0) * scale
    if (sample === from) context.moveTo(x, y)
    else context.lineTo(x, y)
  }
  context.stroke()
  context.fillText(strip.label, left + 4, baseline - 10 * mm)
}

/** A channel without a voltage (pressure, respiration) fills two squares; it has no calibration to keep. */
function autoScale(data: Float32Array): number {
  const peak = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return peak > 0 ? 1 / peak : 1
}
