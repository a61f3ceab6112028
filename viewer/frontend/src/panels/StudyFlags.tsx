import { CircleDashed, Copy, FlaskConical, TriangleAlert, type LucideIcon } from 'lucide-react'
import type { Study } from '../api/types'
import { useTexts, type Texts } from '../services/i18n'

/** What a reader must know before trusting a study: icon and word, never colour alone. */
export function StudyFlags({ study, block = false }: { study: Study; block?: boolean }) {
  const t = useTexts()
  const found = flagsOf(t, study)
  if (!found.length) return null
  const list = found.map(([Icon, colour, word, hint]) => (
    <span key={word} className={block ? `tag ${colour === 'cw' ? 'w' : ''}` : `${colour} nw`} title={hint}>
      <Icon className="i" aria-hidden /> {word}
    </span>
  ))
  return block ? <div className="side-flags">{list}</div> : list
}

function flagsOf(t: Texts, { flags, synthetic }: Study): [LucideIcon, string, string, string][] {
  const found: [LucideIcon, string, string, string][] = []
  if (flags.identity_conflict) found.push([TriangleAlert, 'cw', t.flag.conflict, t.flag.conflictHint])
  if (flags.another_version_waits) found.push([Copy, 'cw', t.flag.version(flags.another_version_waits), t.flag.versionHint])
  if (flags.incomplete) found.push([CircleDashed, 'cw', t.flag.incomplete(flags.incomplete), t.flag.incompleteHint])
  if (synthetic) found.push([FlaskConical, 't3', t.flag.synthetic, t.flag.syntheticHint])
  return found
}
