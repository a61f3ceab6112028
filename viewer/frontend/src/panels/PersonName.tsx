import type { PatientName } from '../api/types'
import { nameParts } from '../domain/personName'

/** A name in all its scripts; each carries its language, and right-to-left ones cannot disturb their neighbours. */
export function PersonName({ name, fallback }: { name: PatientName; fallback: string }) {
  const parts = nameParts(name)
  if (!parts.length) return <span className="t3">{fallback}</span>
  return parts.map((part, index) => (
    <bdi key={part.text} lang={part.lang || undefined} dir={part.rtl ? 'rtl' : undefined}>
      {index > 0 ? ' ' : ''}
      {part.text}
    </bdi>
  ))
}
