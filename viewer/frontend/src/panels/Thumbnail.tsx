import { Activity, Box, FileText, Film, Layers, Microscope, ScanLine, type LucideIcon } from 'lucide-react'
import { useState } from 'react'
import type { SeriesKind } from '../api/types'

const ICONS: Partial<Record<SeriesKind, LucideIcon>> = {
  ecg: Activity, document: FileText, sr: FileText, video: Film, slide: Microscope, seg: Layers, stack: ScanLine, cine: Film,
}

/** The archive's thumbnail; an icon and the modality where there is no picture to show. */
export function Thumbnail({ src, kind, modality }: { src: string; kind: SeriesKind; modality: string }) {
  const [failed, setFailed] = useState(false)
  const Icon = ICONS[kind] ?? Box
  if (failed || !src || kind === 'ecg' || kind === 'document' || kind === 'sr') {
    return (
      <span className="thumb-icon">
        <Icon className="i" aria-hidden />
        <span>{modality}</span>
      </span>
    )
  }
  return <img src={src} alt="" loading="lazy" decoding="async" fetchPriority="low" draggable={false} onError={() => { setFailed(true) }} />
}
