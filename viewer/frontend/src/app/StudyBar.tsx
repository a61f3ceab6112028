import { ArrowLeft, CalendarRange, ChevronDown, Keyboard, LayoutGrid, PanelLeft, PanelRight } from 'lucide-react'
import { useRef, useState } from 'react'
import type { StudyDetail } from '../api/types'
import { ageAtStudy } from '../domain/dates'
import { presetsFor } from '../domain/windowing'
import { LanguageSwitch, ThemeSwitch } from '../panels/DisplayControls'
import { PersonName } from '../panels/PersonName'
import { useDismiss } from '../panels/useDismiss'
import { useTexts } from '../services/i18n'
import { longDate } from '../services/present'
import { go, patientPath, toWorklist } from '../services/router'
import { ToolBar, type Command } from '../tools/ToolBar'
import { LAYOUTS, type Layout } from '../viewports/ViewportGrid'
import { neighbours } from './neighbours'

/** The one bar above the viewports: who, tools, layout, onward. */
export function StudyBar(props: {
  detail: StudyDetail
  layout: Layout
  modality: string
  texts: boolean
  rail: boolean
  panel: boolean
  canDraw: boolean
  onLayout: (layout: Layout) => void
  onPreset: (key: string) => void
  onTexts: () => void
  onCommand: (command: Command) => void
  onRail: () => void
  onPanel: () => void
  onNext: () => void
  onShortcuts: () => void
}) {
  const t = useTexts()
  const { study } = props.detail
  const { patient } = study
  const [place] = useState(() => neighbours(study.study_instance_uid, patient.key))
  const age = ageAtStudy(patient.age, patient.birth_date, study.date)
  const line = [study.description || t.worklist.noDescription, longDate(t, study.date), place.position ? `${place.position} / ${place.total}` : '']
  return (
    <header className="vbar">
      <button type="button" className="ib" aria-label={t.nav.worklist} title={`${t.nav.worklist} (Esc)`} onClick={() => { toWorklist() }}>
        <ArrowLeft className="i" aria-hidden />
      </button>
      <div className="who">
        <div className="n el">
          <PersonName name={patient.name} fallback={t.worklist.noName} />{' '}
          <span className="t2 who-age">{[t.sexShort[patient.sex] ?? '', age ? t.age(age.count, age.unit) : ''].join(' ')}</span>
        </div>
        <div className="d el"><bdi dir="auto">{line.filter(Boolean).join(' · ')}</bdi></div>
      </div>
      <ToolBar disabled={!props.canDraw} texts={props.texts} onTexts={props.onTexts} onCommand={props.onCommand} />
      <div className="row nw vbar-end">
        <PresetMenu modality={props.modality} onPreset={props.onPreset} />
        <div className="seg" role="group" aria-label={t.viewer.layout}>
          <span className="seg-icon"><LayoutGrid className="i" aria-hidden /></span>
          {LAYOUTS.map((layout) => (
            <button key={layout} type="button" className={props.layout === layout ? 'on' : ''} aria-pressed={props.layout === layout}
              onClick={() => { props.onLayout(layout) }}>
              {layout.replace('x', '×')}
            </button>
          ))}
        </div>
        <span className="vbar-wide"><LanguageSwitch /></span>
        <span className="vbar-icons">
          <ThemeSwitch />
          <IconButton label={t.worklist.openTimeline} icon={<CalendarRange className="i" aria-hidden />} onClick={() => { go(patientPath(patient.key)) }} />
          <IconButton label={t.tool.rail} hint="[" pressed={props.rail} icon={<PanelLeft className="i" aria-hidden />} onClick={props.onRail} />
          <IconButton label={t.tool.panel} hint="]" pressed={props.panel} icon={<PanelRight className="i" aria-hidden />} onClick={props.onPanel} />
          <IconButton label={t.shortcuts} hint="?" icon={<Keyboard className="i" aria-hidden />} onClick={props.onShortcuts} />
        </span>
        <button type="button" className="btn p" disabled={!place.next} onClick={props.onNext}>
          {t.viewer.next}
          <kbd aria-hidden="true">⏎</kbd>
        </button>
      </div>
    </header>
  )
}

function IconButton(props: { label: string; hint?: string; pressed?: boolean; icon: React.ReactNode; onClick: () => void }) {
  return (
    <button type="button" className="ib" aria-label={props.label} title={props.hint ? `${props.label} (${props.hint})` : props.label}
      aria-pressed={props.pressed} onClick={props.onClick}>
      {props.icon}
    </button>
  )
}

function PresetMenu({ modality, onPreset }: { modality: string; onPreset: (key: string) => void }) {
  const t = useTexts()
  const [open, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  useDismiss(box, open, () => { setOpen(false) })
  const presets = presetsFor(modality, true)
  if (!presets.length) return null
  return (
    <div className="menu-box" ref={box}>
      <button type="button" className="btn s" aria-haspopup="true" aria-expanded={open} onClick={() => { setOpen(!open) }}>
        W/L
        <ChevronDown className="i" aria-hidden />
      </button>
      {open && (
        <div className="pop menu presets" role="group" aria-label={t.viewer.presets}>
          {presets.map((preset) => (
            <button key={preset.id} type="button" className="btn q s" onClick={() => { onPreset(preset.key); setOpen(false) }}>
              <kbd>{preset.key}</kbd>
              <span className="grow">{t.preset[preset.id]}</span>
              <span className="t3 s12">{preset.width} / {String(preset.center).replace('-', '−')}</span>
            </button>
          ))}
        </div>
      )}
    </div>
  )
}
