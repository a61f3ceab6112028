import type { Study } from '../api/types'
import { selectedRow, worklist } from '../worklist/memory'
import { rowKey } from '../worklist/worklistStore'

/** Where a study stands in the worklist it was opened from, and which comes after it. */
export function neighbours(uid: string, patientKey: string): { position: number; total: number; next: Study | undefined } {
  const { studies, total } = worklist.get()
  const index = studies.findIndex((study) => study.study_instance_uid === uid && study.patient.key === patientKey)
  if (index < 0) return { position: 0, total, next: undefined }
  selectedRow.set(`${uid}|${patientKey}`)
  const next = studies[index + 1]
  return { position: index + 1, total, next: next && rowKey(next) ? next : undefined }
}
