import { item, items, number, text, type Dataset } from './dicomJson'
import { TAG } from './tags'

/** One multiplex group of a waveform (PS3.3 §C.10.9). */
export interface WaveformGroup {
  /** Samples per second. */
  frequency: number
  sampleCount: number
  bitsAllocated: number
  sampleInterpretation: string
  channels: WaveformChannel[]
}

export interface WaveformChannel {
  label: string
  /** Millivolts per stored unit, or undefined when the channel is no voltage. */
  millivolts: number | undefined
  baseline: number
}

const MILLIVOLTS: Record<string, number> = { uV: 0.001, mV: 1, V: 1000 }

export function waveformGroups(dataset: Dataset): WaveformGroup[] {
  return items(dataset, TAG.WaveformSequence).map((group) => ({
    frequency: number(group, '003A001A') ?? 0,
    sampleCount: number(group, '003A0010') ?? 0,
    bitsAllocated: number(group, '54001004') ?? 16,
    sampleInterpretation: text(group, '54001006'),
    channels: items(group, '003A0200').map(channelOf),
  }))
}

function channelOf(channel: Dataset): WaveformChannel {
  const source = item(channel, '003A0208')
  const meaning = text(channel, '003A0203') || text(source, '00080104')
  const unit = text(item(channel, '003A0211'), '00080100')
  const sensitivity = number(channel, '003A0210')
  const scale = MILLIVOLTS[unit]
  return {
    label: meaning.replace(/^Lead\s+/i, '').replace(/\s*\(.*\)$/, ''),
    millivolts:
      sensitivity !== undefined && scale !== undefined
        ? sensitivity * (number(channel, '003A0212') ?? 1) * scale
        : undefined,
    baseline: number(channel, '003A0213') ?? 0,
  }
}

/** Samples of every channel in millivolts (or stored units), from interleaved little-endian values. */
export function channelSamples(group: WaveformGroup, bytes: Uint8Array): Float32Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = group.bitsAllocated / 8
  const read = reader(view, group)
  const width = group.channels.length
  const count = Math.min(group.sampleCount, Math.floor(bytes.byteLength / (size * Math.max(1, width))))
  return group.channels.map((channel, index) => {
    const samples = new Float32Array(count)
    const scale = channel.millivolts ?? 1
    for (let sample = 0; sample < count; sample += 1) {
      samples[sample] = read((sample * width + index) * size) * scale + channel.baseline
    }
    return samples
  })
}

function reader(view: DataView, group: WaveformGroup): (offset: number) => number {
  switch (`${group.bitsAllocated}${group.sampleInterpretation}`) {
    case '8SB':
      return (offset) => view.getInt8(offset)
    case '8UB':
      return (offset) => view.getUint8(offset)
    case '16US':
      return (offset) => view.getUint16(offset, true)
    case '32SL':
      return (offset) => view.getInt32(offset, true)
    case '32UL':
      return (offset) => view.getUint32(offset, true)
    default:
      return (offset) => view.getInt16(offset, true)
  }
}
