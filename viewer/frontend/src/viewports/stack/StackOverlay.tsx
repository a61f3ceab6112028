import { isoDate, clockTime } from '../../domain/dates'
import { text } from '../../domain/dicomJson'
import type { Frame } from '../../domain/frames'
import { positionAlongNormal } from '../../domain/geometry'
import { suvFactor } from '../../domain/suv'
import { TAG } from '../../domain/tags'
import { windowText } from '../../domain/windowing'
import { PersonName } from '../../panels/PersonName'
import { useTexts, type Texts } from '../../services/i18n'
import { identityLine, studyMoment } from '../../services/present'
import type { ViewportProps } from '../types'
import type { StackView } from './stackView'

/** Colour on black: ultrasound and endoscopy need no plate. */
const DARK_COLOUR = new Set(['US', 'IVUS', 'ES', 'XA'])

interface OverlayProps extends ViewportProps {
  view: StackView
  frame: Frame
}

/** Texts in the four corners, orientation letters and scale bar. Identity and warnings stay when texts are hidden. */
export function StackOverlay({ view, frame, study, series, set, priorMonths, texts }: OverlayProps) {
  const t = useTexts()
  const { letters, scaleBar } = view
  // Photographs and slides are often white right up to the edge: there the text needs a plate, on grey-scale a halo does.
  const bright = frame.pixel.samplesPerPixel > 1 && !DARK_COLOUR.has(set.modality)
  return (
    <div className={`texts${bright ? ' plates' : ''}`}>
      <div className="ov tl">
        <b><PersonName name={study.patient.name} fallback={t.worklist.noName} /></b>
        <br />
        <bdi>{identityLine(t, study.patient, study.date)}</bdi>
        {study.flags.identity_conflict && <div className="warn">{t.flag.conflict}</div>}
      </div>
      <div className="ov tr">
        <Occasion t={t} months={priorMonths} moment={studyMoment(study)} />
        {frame.laterality && <div className="lat">{[frame.laterality, frame.viewPosition].filter(Boolean).join(' ')}</div>}
        {texts && (
          <>
            <div className="l1"><bdi dir="auto">{[set.modality, series.number ?? '', set.description].filter((part) => part !== '').join(' · ')}</bdi></div>
            <div className="d l3">{device(frame)}</div>
          </>
        )}
      </div>
      {texts && (
        <div className="ov bl">
          {counter(t, view, set.frames.length, set.cine, set.modality)}
          {view.target !== view.index && <span className="warn"> · {t.viewer.loadingSlice(view.target + 1)}</span>}
          <div className="d l2">{place(t, frame)}</div>
        </div>
      )}
      <div className="ov br">
        {texts && <div>{grey(t, view, frame)}</div>}
        <div>
          {texts && <span className="d l2">{t.viewer.zoom(view.zoom.toFixed(2))} · </span>}
          <Quality t={t} view={view} frame={frame} synthetic={study.synthetic} />
        </div>
      </div>
      {texts && letters && (
        <>
          <span className="ov o oL">{letters.left}</span>
          <span className="ov o oR">{letters.right}</span>
          <span className="ov o oT">{letters.top}</span>
          <span className="ov o oB">{letters.bottom}</span>
        </>
      )}
      {texts && scaleBar && view.status === 'shown' && (
        <div className="rul">
          {scaleBar.mm >= 1 ? `${scaleBar.mm} mm` : `${scaleBar.mm * 1000} µm`}
          {frame.spacing?.atDetector ? ` · ${t.viewer.atDetector}` : ''}
          <i style={{ width: scaleBar.pixels }} />
        </div>
      )}
    </div>
  )
}

function Occasion({ t, months, moment }: { t: Texts; months: number | undefined; moment: string }) {
  if (months === undefined) return <span className="cur">{t.viewer.current} · {moment}</span>
  return <span className="prior">{t.viewer.prior(t.monthsAgo(months))} · {moment}</span>
}

/** Lossless, lossy n:1, derived, preview: always said, also when the other texts are hidden. */
function Quality({ t, view, frame, synthetic }: { t: Texts; view: StackView; frame: Frame; synthetic: boolean }) {
  if (view.status === 'preview') return <span className="warn">{t.viewer.preview}</span>
  const { lossy, ratio, derived } = frame.origin
  return (
    <>
      {lossy
        ? <span className="warn">{t.viewer.lossy(ratio === undefined ? '' : String(Math.round(ratio * 10) / 10))}</span>
        : <span className="d">{t.viewer.lossless}</span>}
      {derived && <span className="warn"> · {t.viewer.derived}</span>}
      {synthetic && <span className="d"> · {t.viewer.synthetic}</span>}
    </>
  )
}

function counter(t: Texts, view: StackView, count: number, cine: boolean, modality: string): string {
  const say = cine ? t.viewer.frame : /^(CT|MR|PT|NM|OPT|MG)$/.test(modality) ? t.viewer.slice : t.viewer.image
  return say(view.index + 1, count)
}

function place(t: Texts, frame: Frame): string {
  const position = frame.plane ? t.viewer.position(positionAlongNormal(frame.plane).toFixed(1).replace('-', '−')) : ''
  const thickness = frame.thickness ? t.viewer.thickness(frame.thickness.toFixed(1)) : ''
  const moment = frame.plane
    ? ''
    : [isoDate(text(frame.dataset, TAG.ContentDate)), clockTime(text(frame.dataset, TAG.ContentTime))].filter(Boolean).join(' ')
  const scale = frame.spacing ? '' : t.viewer.uncalibrated
  return [position, thickness, moment, scale].filter(Boolean).join(' · ')
}

function grey(t: Texts, view: StackView, frame: Frame): string {
  if (!view.window) return view.status === 'shown' ? t.viewer.colour : ''
  const { center, width } = view.window
  const unit = suvFactor(frame.dataset) === undefined ? '' : ` ${t.viewer.suv}`
  return `W ${windowText(width, width)}  L ${windowText(center, width)}${unit}${view.inverted ? ` · ${t.viewer.inverted}` : ''}`
}

function device(frame: Frame): string {
  const { dataset } = frame
  return [text(dataset, TAG.InstitutionName), text(dataset, TAG.StationName) || text(dataset, TAG.ManufacturerModelName)].filter(Boolean).join(' · ')
}
