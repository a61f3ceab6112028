import { describe, expect, it } from 'vitest'
import { pixelOrigin } from './compression'
import { channelSamples, waveformGroups } from './ecg'
import { fieldRows, matchesField } from './fieldRows'
import { ASKED, FAILED, LOADED, loadedRuns, nextWanted, WANTED } from './loadOrder'
import { reportTree } from './structuredReport'
import { dataset } from './testData'
import { bounds, fromBounds, presetsFor, windowText } from './windowing'

describe('frames', () => {
  it('are fetched from the middle outwards', () => {
    const states = new Uint8Array(5)
    const order = []
    for (let index = nextWanted(states, 2); index >= 0; index = nextWanted(states, 2)) {
      order.push(index)
      states[index] = ASKED
    }
    expect(order).toEqual([2, 3, 1, 4, 0])
    expect(nextWanted(Uint8Array.of(FAILED, WANTED), 0)).toBe(1)
  })

  it('that are loaded show as runs on the scrollbar', () => {
    expect(loadedRuns(Uint8Array.of(LOADED, LOADED, 0, FAILED, LOADED))).toEqual([{ start: 0, end: 0.4 }, { start: 0.8, end: 1 }])
  })
})

describe('windows', () => {
  it('come back from their bounds as they were', () => {
    for (const exact of [true, false]) {
      const { lower, upper } = bounds({ center: -600, width: 1500 }, exact)
      expect(fromBounds(lower, upper, exact)).toEqual({ center: -600, width: 1500 })
    }
    expect(bounds({ center: 2.5, width: 5 }, true)).toEqual({ lower: 0, upper: 5 })
  })

  it('have presets with digit keys, in PET only on SUV', () => {
    expect(presetsFor('CT').map((preset) => preset.key).join('')).toBe('123456789')
    expect(presetsFor('PT')).toEqual([])
    expect(presetsFor('PT', true)[0]).toMatchObject({ width: 5, center: 2.5 })
    expect(windowText(-500, 1400)).toBe('−500')
    expect(windowText(2.5, 5)).toBe('2.5')
  })
})

it('compression steps multiply and derivation is told', () => {
  expect(pixelOrigin(dataset({ '00282110': ['CS', '01'], '00282112': ['DS', 4, 2], '00080008': ['CS', 'DERIVED', 'SECONDARY'] })))
    .toEqual({ lossy: true, ratio: 8, derived: true })
  expect(pixelOrigin({})).toEqual({ lossy: false, ratio: undefined, derived: false })
})

it('a report of any template reads as names and values', () => {
  const code = (meaning: string, value = '') => ({ vr: 'SQ', Value: [dataset({ '00080100': ['SH', value], '00080104': ['LO', meaning] })] })
  const measured = { ...dataset({ '0040A30A': ['DS', 10.4] }), '004008EA': code('millimeter', 'mm') }
  const diameter = { ...dataset({ '0040A040': ['CS', 'NUM'] }), '0040A043': code('Diameter'), '0040A300': { vr: 'SQ', Value: [measured] } }
  const site = { ...dataset({ '0040A040': ['CS', 'CODE'] }), '0040A043': code('Site'), '0040A168': code('Lung') }
  const root = { ...dataset({ '0040A040': ['CS', 'CONTAINER'] }), '0040A043': code('Report'), '0040A730': { vr: 'SQ', Value: [diameter, site] } }
  expect(reportTree(root)).toMatchObject({
    name: 'Report',
    type: '',
    children: [{ name: 'Diameter', value: '10.4 millimeter' }, { name: 'Site', value: 'Lung' }],
  })
})

it('ECG samples are millivolts by the sensitivity of their channel', () => {
  const unit = { vr: 'SQ', Value: [dataset({ '00080100': ['SH', 'uV'] })] }
  const source = { vr: 'SQ', Value: [dataset({ '00080104': ['LO', 'Lead II'] })] }
  const channel = { ...dataset({ '003A0210': ['DS', 4.88], '003A0212': ['DS', 1] }), '003A0208': source, '003A0211': unit }
  const group = { ...dataset({ '003A001A': ['DS', 500], '003A0010': ['UL', 2], '54001004': ['US', 16], '54001006': ['CS', 'SS'] }), '003A0200': { vr: 'SQ', Value: [channel, channel] } }
  const [found] = waveformGroups({ '54000100': { vr: 'SQ', Value: [group] } })
  expect(found?.channels.map((entry) => entry.label)).toEqual(['II', 'II'])
  const bytes = new Uint8Array(Int16Array.of(100, -100, 200, 0).buffer)
  const samples = found && channelSamples(found, bytes)
  expect(samples?.[0]?.[0]).toBeCloseTo(0.488)
  expect(samples?.[1]?.[0]).toBeCloseTo(-0.488)
  expect(samples?.[0]?.[1]).toBeCloseTo(0.976)
})

it('fields are found by name, tag and value, sequences opened', () => {
  const names = { '00280030': 'Pixel Spacing', '00081140': 'Referenced Image Sequence', '00081155': 'Referenced SOP Instance UID' }
  const nested = { '00081140': { vr: 'SQ', Value: [dataset({ '00081155': ['UI', '1.2.3'] })] }, ...dataset({ '00280030': ['DS', 0.7, 0.7] }) }
  const rows = fieldRows({ ...nested, '7FE00010': { vr: 'OW', BulkDataURI: 'x' } }, names, { bulk: 'apart', binary: (size) => size })
  expect(rows.map((row) => row.path)).toEqual(['00081140', '00081140/0', '00081140/0/00081155', '00280030', '7FE00010'])
  const hits = (wanted: string) => rows.filter((row) => matchesField(row, wanted)).map((row) => row.tag)
  expect(hits('spacing')).toEqual(['(0028,0030)'])
  expect(hits('(0028,0030)')).toEqual(['(0028,0030)'])
  expect(hits('0028')).toEqual(['(0028,0030)'])
  expect(hits('1.2.3')).toEqual(['(0008,1155)'])
  expect(rows.at(-1)?.value).toBe('apart')
})
