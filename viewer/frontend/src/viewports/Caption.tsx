import { PersonName } from '../panels/PersonName'
import { useTexts } from '../services/i18n'
import { identityLine, studyMoment } from '../services/present'
import type { ViewportProps } from './types'

/** Patient and occasion above a viewport that is not a picture: the same words as in the corners of a stack. */
export function Caption({ study, set, priorMonths }: Pick<ViewportProps, 'study' | 'set' | 'priorMonths'>) {
  const t = useTexts()
  return (
    <div className="vp-caption">
      <span className="el">
        <b><PersonName name={study.patient.name} fallback={t.worklist.noName} /></b> <bdi>{identityLine(t, study.patient, study.date)}</bdi>
        {study.flags.identity_conflict && <b className="cw"> {t.flag.conflict}</b>}
      </span>
      <span className="el">
        {[set.modality, set.description].filter(Boolean).join(' · ')} ·{' '}
        {priorMonths === undefined
          ? <b>{t.viewer.current} · {studyMoment(study)}</b>
          : <b className="prior">{t.viewer.prior(t.monthsAgo(priorMonths))} · {studyMoment(study)}</b>}
      </span>
    </div>
  )
}
