import { describe, expect, it } from 'vitest'
import { formatGroup, nameParts, plainName } from './personName'

const name = (alphabetic: string, ideographic = '', phonetic = '') => ({ alphabetic, ideographic, phonetic })

describe('a person name', () => {
  it('is written family name first with a comma in alphabets', () => {
    expect(formatGroup('GARCÍA LÓPEZ^María^José^Dr^Jr')).toBe('GARCÍA LÓPEZ, Dr María José Jr')
    expect(formatGroup('ANONYMOUS')).toBe('ANONYMOUS')
    expect(formatGroup('^Given')).toBe('Given')
  })

  it('is written together in Chinese and Korean, with a space in Japanese', () => {
    expect(nameParts(name('LIU^Siyuan', '刘^思远'))[1]).toEqual({ text: '刘思远', lang: 'zh', rtl: false })
    expect(nameParts(name('KIM^Minseo', '金^民瑞', '김^민서'))[1]?.lang).toBe('ko')
    expect(nameParts(name('YAMADA^Tarou', '山田^太郎', 'やまだ^たろう'))[1]).toEqual({ text: '山田 太郎', lang: 'ja', rtl: false })
  })

  it('knows right-to-left scripts', () => {
    expect(nameParts(name('HADDAD^Layla', 'حداد^ليلى'))[1]).toMatchObject({ lang: 'ar', rtl: true })
    expect(nameParts(name('COHEN^David', 'כהן^דוד'))[1]).toMatchObject({ lang: 'he', rtl: true })
  })

  it('falls back to the phonetic group and never repeats one', () => {
    expect(plainName(name('SATO^Yuki', '', 'さとう^ゆき'))).toBe('SATO, Yuki さとう ゆき')
    expect(nameParts(name('王^秀兰', '王^秀兰'))).toHaveLength(1)
    expect(nameParts(name('', ''))).toEqual([])
  })
})
