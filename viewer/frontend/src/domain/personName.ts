/** Person names as people write them, from the three component groups of PS3.5 §6.2.1. */

export interface NameGroups {
  alphabetic: string
  ideographic: string
  phonetic: string
}

export interface NamePart {
  text: string
  /** BCP 47 tag that picks the glyph forms, empty when the script says nothing about it. */
  lang: string
  rtl: boolean
}

/** The name in every script it was stored in, Latin first, without repeating a group. */
export function nameParts(name: NameGroups): NamePart[] {
  const parts: NamePart[] = []
  const kana = /[\u3040-\u30ff]/.test(name.phonetic)
  const hangul = /[\uac00-\ud7af]/.test(name.phonetic)
  for (const group of [name.alphabetic, name.ideographic || name.phonetic]) {
    const text = formatGroup(group, kana)
    if (!text || parts.some((part) => part.text === text)) continue
    parts.push({ text, lang: language(text, kana, hangul), rtl: /[\u0590-\u08ff\ufb1d-\ufefc]/.test(text) })
  }
  return parts
}

/** The name on one line, for labels that take plain text. */
export function plainName(name: NameGroups): string {
  return nameParts(name).map((part) => part.text).join(' ')
}

/** One component group: "FAMILY, Given Middle" for alphabets; Han and Hangul together, with a space when Japanese. */
export function formatGroup(group: string, japanese = false): string {
  const [family = '', given = '', middle = '', prefix = '', suffix = ''] = group.split('^').map((part) => part.trim())
  if (!given && !middle && !prefix && !suffix) return family
  if (/[\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\u3040-\u30ff]/.test(family + given)) {
    return [family, given].filter(Boolean).join(japanese || /[\u3040-\u30ff]/.test(family + given) ? ' ' : '')
  }
  const forenames = [prefix, given, middle, suffix].filter(Boolean).join(' ')
  return family && forenames ? `${family}, ${forenames}` : family || forenames
}

function language(text: string, kana: boolean, hangul: boolean): string {
  if (/[\u3040-\u30ff]/.test(text)) return 'ja'
  if (/[\uac00-\ud7af]/.test(text)) return 'ko'
  if (/[\u3400-\u9fff\uf900-\ufaff]/.test(text)) return kana ? 'ja' : hangul ? 'ko' : 'zh'
  if (/[\u0590-\u05ff]/.test(text)) return 'he'
  if (/[\u0600-\u06ff]/.test(text)) return 'ar'
  if (/[\u0370-\u03ff]/.test(text)) return 'el'
  if (/[\u0400-\u04ff]/.test(text)) return 'ru'
  if (/[\u0e00-\u0e7f]/.test(text)) return 'th'
  return ''
}
