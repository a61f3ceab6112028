import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useTexts } from '../services/i18n'
import { choose, preferences } from '../services/preferences'
import { useStore } from '../services/store'
import '../styles/sheet.css'

type Line = [keys: string[], text: string]

export function ShortcutsSheet({ onClose }: { onClose: () => void }) {
  const t = useTexts()
  const { singleKeys } = useStore(preferences)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="sheet" aria-labelledby="sheet-title" onClose={onClose}>
      <header className="row">
        <h1 id="sheet-title" className="grow">{t.sheet.title}</h1>
        <button type="button" className="ib" aria-label={t.close} onClick={onClose}>
          <X className="i" aria-hidden />
        </button>
      </header>
      <div className="sheet-columns">
        <div>
          <Section title={t.sheet.everywhere} lines={[
            [['/'], t.sheet.search], [['?'], t.sheet.help], [['Esc'], t.sheet.up],
          ]} />
          <Section title={t.sheet.worklist} lines={[
            [['↑', '↓'], t.sheet.rows], [['PgUp', 'PgDn'], t.sheet.pages], [['⏎'], t.sheet.open], [['Space'], t.sheet.preview],
            [['P'], t.sheet.timeline], [['F'], t.sheet.filter], [['1', '–', '5'], t.sheet.list],
          ]} />
          <div className="row sheet-toggle">
            <span className="grow t2">{t.sheet.toggle}</span>
            <span className="seg" role="group" aria-label={t.sheet.toggle}>
              {[true, false].map((on) => (
                <button key={String(on)} type="button" className={singleKeys === on ? 'on' : ''} aria-pressed={singleKeys === on}
                  onClick={() => { choose({ singleKeys: on }) }}>
                  {on ? t.sheet.on : t.sheet.off}
                </button>
              ))}
            </span>
          </div>
        </div>
        <div>
          <Section title={t.sheet.viewer} lines={[
            [['↑', '↓'], t.sheet.slice], [['Shift', '↑', '↓'], t.sheet.jump], [['Home', 'End'], t.sheet.ends],
            [['←', '→'], t.sheet.seriesKeys], [['PgUp', 'PgDn'], t.sheet.viewports], [['1', '–', '9'], t.sheet.presets],
            [['W'], t.tool.windowLevel], [['Z'], t.tool.zoom], [['P'], t.tool.pan], [['L'], t.tool.length], [['G'], t.tool.angle],
            [['O'], t.tool.ellipse], [['I'], t.tool.invert], [['R'], t.tool.reset], [['T'], t.tool.overlay],
            [['['], t.tool.rail], [[']'], t.tool.panel], [['Space'], t.sheet.play], [['Esc'], t.sheet.worklistBack],
          ]} />
        </div>
      </div>
      <p className="t2 s13">{t.sheet.mouse}</p>
    </dialog>
  )
}

function Section({ title, lines }: { title: string; lines: Line[] }) {
  return (
    <section>
      <h2>{title}</h2>
      <dl>
        {lines.map(([keys, text]) => (
          <div key={text} className="sheet-line">
            <dt>{keys.map((key) => (key === '–' ? <span key={key}>–</span> : <kbd key={key}>{key}</kbd>))}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
