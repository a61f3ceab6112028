import { Activity } from 'lucide-react'
import { useEffect, useMemo, useRef } from 'react'
import { readBulkData } from '../../api/dicomweb'
import { inlineBytes, items, type Dataset } from '../../domain/dicomJson'
import { channelSamples, waveformGroups, type WaveformGroup } from '../../domain/ecg'
import { TAG } from '../../domain/tags'
import { useTexts } from '../../services/i18n'
import { preferences } from '../../services/preferences'
import { useResource } from '../../services/resource'
import { useStore } from '../../services/store'
import { Caption } from '../Caption'
import { ObjectCard } from '../ObjectCard'
import type { ViewportProps } from '../types'
import { useFocus } from '../useFocus'
import { drawEcg } from './drawEcg'

interface Recording {
  group: WaveformGroup
  samples: Float32Array[]
}

/** A waveform on calibrated paper: 25 mm/s, 10 mm/mV. */
export default function EcgViewport(props: ViewportProps) {
  const t = useTexts()
  useFocus(props)
  const instance = props.set.instances[0] ?? {}
  const [recording] = useResource(props.set.key, () => read(instance))
  return (
    <div className="vp-page">
      <Caption {...props} />
      <div className="vp-body ecg">
        {recording.state === 'ready' && recording.value.samples.length > 0 && <Paper recording={recording.value} />}
        {(recording.state === 'failed' || (recording.state === 'ready' && recording.value.samples.length === 0)) && (
          <div className="center-body"><ObjectCard set={props.set} icon={Activity} title={t.card.ecgTitle} /></div>
        )}
      </div>
    </div>
  )
}

/** The longest group: rhythm or resting recording, before median beats. */
async function read(instance: Dataset): Promise<Recording> {
  const groups = waveformGroups(instance)
  const longest = groups.reduce((best, group, index) => {
    const current = groups[best]
    return current && group.sampleCount > current.sampleCount ? index : best
  }, 0)
  const group = groups[longest]
  const element = items(instance, TAG.WaveformSequence)[longest]?.['54001010']
  if (!group || !element) throw new Error('no waveform')
  const bytes = inlineBytes(element) ?? (element.BulkDataURI ? await readBulkData(element.BulkDataURI) : new Uint8Array())
  return { group, samples: channelSamples(group, bytes) }
}

function Paper({ recording }: { recording: Recording }) {
  const t = useTexts()
  const { theme } = useStore(preferences)
  const canvas = useRef<HTMLCanvasElement>(null)
  const seconds = useMemo(() => (recording.samples[0]?.length ?? 0) / (recording.group.frequency || 1), [recording])
  const labels = recording.group.channels.map((channel) => channel.label).join(', ')
  useEffect(() => {
    const element = canvas.current
    if (!element?.parentElement) return
    const draw = (): void => { drawEcg(element, recording.group, recording.samples) }
    const resize = new ResizeObserver(draw)
    resize.observe(element.parentElement)
    return () => { resize.disconnect() }
  }, [recording, theme])
  return (
    <>
      {/* The paper scrolls by keyboard, so it can take the focus. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="ecg-scroll" tabIndex={0} role="region" aria-label={t.ecg.calibration}>
        <canvas ref={canvas} role="img" aria-label={labels} />
      </div>
      <div className="vp-strip">
        <b>{t.ecg.calibration}</b>
        <span>{t.ecg.duration(seconds.toFixed(1))}</span>
        <span>{recording.group.frequency} Hz</span>
        <span>{t.ecg.square}</span>
      </div>
    </>
  )
}
