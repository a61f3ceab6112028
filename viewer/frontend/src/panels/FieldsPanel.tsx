import { Search } from 'lucide-react'
import { useMemo, useState } from 'react'
import { fieldRows, matchesField } from '../domain/fieldRows'
import { useTexts } from '../services/i18n'
import { focus } from '../services/reading'
import { useResource } from '../services/resource'
import { useStore } from '../services/store'

const MOST = 600

/** Every field of the instance in the active viewport, searchable by name, tag or value. */
export function FieldsPanel() {
  const t = useTexts()
  const shown = useStore(focus)
  const [wanted, setWanted] = useState('')
  const [names] = useResource('dictionary', () => import('../domain/dictionary.json').then((module) => module.default as Record<string, string>))
  const rows = useMemo(
    () => (shown && names.state === 'ready' ? fieldRows(shown.dataset, names.value, t.panel) : []),
    [shown, names, t],
  )
  const found = rows.filter((row) => matchesField(row, wanted))
  return (
    <div className="fields">
      <div className="field fields-find">
        <Search className="i t3" aria-hidden />
        <input type="text" value={wanted} placeholder={t.panel.find} aria-label={t.panel.find} spellCheck={false}
          onChange={(event) => { setWanted(event.target.value) }} />
      </div>
      <p className="t3 s12 fields-count" role="status">{found.length ? t.panel.fields(found.length) : t.panel.noField}</p>
      <ul className="fields-list">
        {found.slice(0, MOST).map((row) => (
          <li key={row.path} style={{ paddingInlineStart: 12 + row.depth * 10 }}>
            <div className="row s12 t3">
              <span className="mono">{row.tag}</span>
              <span className="mono">{row.vr}</span>
              <span className="el t2">{row.name}</span>
            </div>
            {row.value && <div className="fields-value" dir="auto">{row.value}</div>}
          </li>
        ))}
      </ul>
    </div>
  )
}
