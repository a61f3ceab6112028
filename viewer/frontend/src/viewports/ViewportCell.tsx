import { Suspense, useCallback, useEffect, useRef } from 'react'
import { thumbnailUrl } from '../api/dicomweb'
import type { Series, Study } from '../api/types'
import { PersonName } from '../panels/PersonName'
import { StateMessage } from '../panels/StateMessage'
import { useTexts } from '../services/i18n'
import { identityLine } from '../services/present'
import { reportSets } from '../services/reading'
import { useResource } from '../services/resource'
import { loadDisplaySets } from '../services/seriesCache'
import { componentOf } from './registry'
import type { ViewportPort } from './types'

/** What a cell of the grid is to show. */
export interface CellContent {
  study: Study
  series: Series
  setIndex: number
  priorMonths: number | undefined
}

interface CellProps {
  index: number
  content: CellContent | undefined
  active: boolean
  single: boolean
  texts: boolean
  onActivate: (index: number) => void
  onExpand: (index: number) => void
  onPort: (index: number, port: ViewportPort | undefined) => void
}

/** One cell: preview at once, then the viewport of the right kind. */
export function ViewportCell(props: CellProps) {
  const t = useTexts()
  const { index, content, active } = props
  const label = `${t.viewer.viewport} ${index + 1}`
  return (
    // Pressing anywhere makes the cell the active one; keys do that with PgUp and PgDn.
    <section className={`vp${active && !props.single ? ' act' : ''}`} aria-label={label} data-active={active || undefined}
      onPointerDown={() => { props.onActivate(index) }}
      onDoubleClick={(event) => { if (!(event.target as HTMLElement).closest('button,input,[role=slider]')) props.onExpand(index) }}>
      {content ? <Filled key={`${content.series.series_instance_uid}/${content.setIndex}`} {...props} content={content} /> : (
        <StateMessage icon="unknown" title={t.viewer.empty} text="" />
      )}
    </section>
  )
}

function Filled(props: CellProps & { content: CellContent }) {
  const t = useTexts()
  const { index, content, onPort } = props
  const { study, series, setIndex } = content
  const [sets, again] = useResource(series.series_instance_uid, () => loadDisplaySets(study.study_instance_uid, series.series_instance_uid))
  const keepPort = useCallback((port: ViewportPort | undefined) => { onPort(index, port) }, [index, onPort])
  useEffect(() => {
    if (sets.state === 'ready') reportSets(series.series_instance_uid, sets.value)
  }, [sets, series.series_instance_uid])
  if (sets.state === 'failed') {
    return (
      <StateMessage live icon="error" title={t.viewer.seriesErrorTitle} text={t.viewer.seriesErrorText}
        note={sets.error.reference ? t.error.reference(sets.error.reference) : undefined} action={{ label: t.retry, run: again }} />
    )
  }
  const set = sets.state === 'ready' ? sets.value[Math.min(setIndex, sets.value.length - 1)] : undefined
  if (!set) return <Preview content={content} />
  const Viewport = componentOf(set)
  return (
    <>
      {set.frames.length > 0 && <PreviewPicture content={content} />}
      <Suspense fallback={<Preview content={content} />}>
        <Viewport set={set} series={series} study={study} priorMonths={content.priorMonths} active={props.active} texts={props.texts} onPort={keepPort} />
      </Suspense>
    </>
  )
}

/** The archive's own small picture, plainly named, while header and code are on their way. */
function Preview({ content }: { content: CellContent }) {
  const t = useTexts()
  return (
    <>
      <PreviewPicture content={content} />
      <div className="ov tl">
        <b><PersonName name={content.study.patient.name} fallback={t.worklist.noName} /></b>
        <br />
        <bdi>{identityLine(t, content.study.patient, content.study.date)}</bdi>
      </div>
      <div className="ov br"><span className="warn">{t.viewer.preview}</span></div>
    </>
  )
}

const PREVIEW_KINDS = new Set(['stack', 'cine', 'other'])

function PreviewPicture({ content }: { content: CellContent }) {
  const picture = useRef<HTMLImageElement>(null)
  if (!PREVIEW_KINDS.has(content.series.kind) || content.setIndex > 0) return null
  return (
    <img ref={picture} className="vp-preview" src={thumbnailUrl(content.series.thumbnail, 512)} alt="" fetchPriority="high"
      onError={() => { if (picture.current) picture.current.hidden = true }} />
  )
}
