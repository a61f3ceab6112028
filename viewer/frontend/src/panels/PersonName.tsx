import { Fragment } from 'react'
import type { PatientName } from '../api/types'
import { nameParts } from '../domain/personName'

/** A name in all its scripts; each carries its language, and right-to-left ones cannot disturb their neighbours. */
export function PersonName({ name, fallback }: { name: PatientName; fallback: string }) {
  const parts = nameParts(name)
  if (!parts.length) return <span className="t3">{fallback}</span>
  return parts.map((part, index) => (
    <Fragment key={part.text}>
      {index > 0 ? ' ' : ''}
      <bdi lang={part.lang || undefined} dir={part.rtl ? 'rtl' : undefined}>{part.text}</bdi>
    </Fragment>
  ))
}
