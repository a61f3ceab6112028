import { Component, type ReactNode } from 'react'
import { texts } from '../services/i18n'
import { StateMessage } from '../panels/StateMessage'

/** A fault in drawing shows a way on instead of a blank page. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    const t = texts()
    return (
      <main className="center">
        <StateMessage icon="error" title={t.error.title} text={t.error.text}
          action={{ label: t.error.reload, run: () => { window.location.reload() } }} />
      </main>
    )
  }
}
