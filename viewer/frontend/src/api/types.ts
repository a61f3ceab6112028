/** What the archive's viewer API answers. Keys are those of the wire. */

export interface User {
  username: string
  display_name: string
}

export interface Session {
  user: User
  csrf_token: string
  language: string
}

export interface PatientName {
  alphabetic: string
  ideographic: string
  phonetic: string
}

export interface Patient {
  key: string
  name: PatientName
  patient_id: string
  issuer: string
  birth_date: string
  sex: string
  age: string
  identity_conflict?: boolean
}

export interface StudyFlags {
  identity_conflict: boolean
  another_version_waits: number
  incomplete: number
}

export interface Study {
  study_instance_uid: string
  patient: Patient
  description: string
  accession_number: string
  study_id: string
  modalities: string[]
  department: string
  date: string
  time: string
  referring_physician: string
  institution: string
  series_count: number
  instance_count: number
  arrived_at: string
  prior_count: number
  flags: StudyFlags
  synthetic: boolean
  thumbnail: string
}

export type SeriesKind = 'stack' | 'cine' | 'video' | 'ecg' | 'slide' | 'document' | 'sr' | 'seg' | 'other'

export interface Series {
  series_instance_uid: string
  number: number | null
  modality: string
  description: string
  body_part: string
  laterality: string
  instance_count: number
  frame_count: number
  sop_class_uids: string[]
  kind: SeriesKind
  thumbnail: string
  rows: number | null
  columns: number | null
  manufacturer: string
  station_name: string
  protocol_name: string
  frame_of_reference_uid: string
}

export interface StudyDetail {
  study: Study
  series: Series[]
  priors: Study[]
  other_patients?: Patient[]
}

export interface PatientDetail {
  patient: Patient
  studies: Study[]
}

export interface WorklistPage {
  studies: Study[]
  next: string | null
  total: number
  counts: { departments: Record<string, number>; modalities: Record<string, number> }
}

export interface WorklistQuery {
  q: string
  modalities: string[]
  departments: string[]
  from: string
  to: string
  flag: string
}
