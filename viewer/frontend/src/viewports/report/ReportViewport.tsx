import { reportTree, type ReportNode } from '../../domain/structuredReport'
import { useTexts } from '../../services/i18n'
import { Caption } from '../Caption'
import type { ViewportProps } from '../types'
import { useFocus } from '../useFocus'

/** A structured report as a tree: any template, nothing left out. */
export default function ReportViewport(props: ViewportProps) {
  const t = useTexts()
  useFocus(props)
  const report = reportTree(props.set.instances[0] ?? {})
  return (
    <div className="vp-page">
      <Caption {...props} />
      {/* The report scrolls by keyboard, so it can take the focus. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="vp-body report" tabIndex={0} role="region" aria-label={t.report.title}>
        <article className="paper">
          <h1 dir="auto">{report.name || t.report.title}</h1>
          {report.children.length ? <Branch nodes={report.children} /> : <p className="t2">{t.report.empty}</p>}
        </article>
      </div>
    </div>
  )
}

function Branch({ nodes }: { nodes: ReportNode[] }) {
  return (
    <ul>
      {nodes.map((node, index) => (
        <li key={index} className={node.type ? '' : 'container'}>
          <span className="sr-name" dir="auto">{node.name || node.type}</span>
          {node.value && <span className={node.type === 'UIDREF' || node.type === 'IMAGE' ? 'mono' : ''} dir="auto">{node.value}</span>}
          {node.children.length > 0 && <Branch nodes={node.children} />}
        </li>
      ))}
    </ul>
  )
}
