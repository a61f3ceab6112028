import { useTexts } from '../services/i18n'
import { panelTab } from '../services/reading'
import { useStore } from '../services/store'
import type { Series, Study } from '../api/types'
import { DetailsPanel } from './DetailsPanel'
import { FieldsPanel } from './FieldsPanel'

/** Right of the viewports: facts about what is shown, and every DICOM field of it. */
export function SidePanel({ study, series }: { study: Study; series: Series | undefined }) {
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
      <div className="side-body" id="side-body" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab === 'details' ? <DetailsPanel study={study} series={series} /> : <FieldsPanel />}
      </div>
    </aside>
  )
}
