import { useTexts } from '../services/i18n'
import { panelTab } from '../services/reading'
import { go, studyPath } from '../services/router'
import { useStore } from '../services/store'
import type { Patient, Series, Study } from '../api/types'
import { DetailsPanel } from './DetailsPanel'
import { FieldsPanel } from './FieldsPanel'
import { PersonName } from './PersonName'

/** Right of the viewports: facts about what is shown, and every DICOM field of it. */
export function SidePanel({ study, series, others }: { study: Study; series: Series | undefined; others: readonly Patient[] }) {
  const t = useTexts()
  const tab = useStore(panelTab)
  const tabs = [['details', t.panel.details], ['fields', t.panel.tags]] as const
  return (
    <aside className="side" aria-label={t.tool.panel}>
      <div className="tabs" role="tablist">
        {tabs.map(([id, label]) => (
          <button key={id} type="button" role="tab" id={`tab-${id}`} aria-selected={tab === id} aria-controls="side-body"
            className={tab === id ? 'on' : ''} onClick={() => { panelTab.set(id) }}>
            {label}
          </button>
        ))}
      </div>
      {others.length > 0 && <OtherPatients study={study} others={others} />}
      <div className="side-body" id="side-body" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === 'details' ? <DetailsPanel study={study} series={series} /> : <FieldsPanel />}
      </div>
    </aside>
  )
}

/** The same Study Instance UID came for several patients: never mixed, but never hidden either. */
function OtherPatients({ study, others }: { study: Study; others: readonly Patient[] }) {
  const t = useTexts()
  return (
    <div className="warn-line others" role="alert">
      <span>{t.viewer.otherPatients}</span>
      {others.map((patient) => (
        <button key={patient.key} type="button" className="btn s" onClick={() => { go(studyPath(study.study_instance_uid, patient.key)) }}>
          <PersonName name={patient.name} fallback={t.worklist.noName} />
        </button>
      ))}
    </div>
  )
}
