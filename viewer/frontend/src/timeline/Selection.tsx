import { thumbnailUrl } from '../api/dicomweb'
import type { Study } from '../api/types'
import { StudyFlags } from '../panels/StudyFlags'
import { Thumbnail } from '../panels/Thumbnail'
import { useTexts } from '../services/i18n'
import { departmentName, longDate, monthsApart } from '../services/present'

/** Below the lanes: the study under the pointer or focus, or the two picked for comparing. */
export function Selection(props: {
  picked: readonly Study[]
  focused: Study | undefined
  onCompare: () => void
  onClear: () => void
  onOpen: (study: Study) => void
  onToggle: (study: Study) => void
}) {
  const t = useTexts()
  const { picked, focused } = props
  if (picked.length) {
    const [a, b] = picked
    const months = a && b ? monthsApart(a.date, b.date) : undefined
    return (
      <section className="cmp" aria-label={t.timeline.selected}>
        <div className="info">
          <h2>{t.timeline.compare(picked.length)}</h2>
          <p className="t2">{months === undefined ? t.timeline.pickMore : t.timeline.apart(t.monthsAgo(months))}</p>
          <div className="row cmp-acts">
            <button type="button" className="btn p" disabled={picked.length < 2} onClick={props.onCompare}>{t.timeline.compareAction}<kbd aria-hidden="true">⏎</kbd></button>
            <button type="button" className="btn q" onClick={props.onClear}>{t.timeline.clear}<kbd aria-hidden="true">Esc</kbd></button>
          </div>
        </div>
        {picked.map((study, index) => <Figure key={study.study_instance_uid} study={study} letter={index === 0 ? 'A' : 'B'} />)}
      </section>
    )
  }
  if (!focused) return null
  return (
    <section className="cmp" aria-label={t.timeline.details}>
      <div className="info">
        <h2 dir="auto">{focused.description || focused.modalities.join(' ')}</h2>
        <dl className="dl">
          <dt>{t.panel.date}</dt><dd>{longDate(t, focused.date) || t.timeline.undated}</dd>
          <dt>{t.panel.department}</dt><dd>{departmentName(t, focused.department)} · {focused.modalities.join(' ')}</dd>
          <dt>{t.panel.count}</dt><dd>{t.seriesCount(focused.series_count)} · {t.images(focused.instance_count)}</dd>
          {focused.institution && <><dt>{t.panel.institution}</dt><dd>{focused.institution}</dd></>}
        </dl>
        <div className="row"><StudyFlags study={focused} /></div>
        <div className="row cmp-acts">
          <button type="button" className="btn p" onClick={() => { props.onOpen(focused) }}>{t.worklist.open}</button>
          <button type="button" className="btn" onClick={() => { props.onToggle(focused) }}>{t.timeline.compareAction}<kbd aria-hidden="true">C</kbd></button>
        </div>
        <p className="t3 s13">{t.timeline.hint}</p>
      </div>
      <Figure study={focused} />
    </section>
  )
}

function Figure({ study, letter }: { study: Study; letter?: string }) {
  const t = useTexts()
  return (
    <figure>
      <div className="im"><Thumbnail key={study.study_instance_uid} src={thumbnailUrl(study.thumbnail, 512)} kind="other" modality={study.modalities.join(' ')} /></div>
      <figcaption>
        {letter && <span className="ab">{letter}</span>}
        {[longDate(t, study.date), study.description].filter(Boolean).join(' · ')}
      </figcaption>
    </figure>
  )
}
