import { Moon, Sun } from 'lucide-react'
import { useTexts } from '../services/i18n'
import { choose, preferences, type Language } from '../services/preferences'
import { useStore } from '../services/store'

export function LanguageSwitch({ long = false }: { long?: boolean }) {
  const t = useTexts()
  const { language } = useStore(preferences)
  const option = (code: Language, label: string, lang: string) => (
    <button type="button" lang={lang} className={language === code ? 'on' : ''} aria-pressed={language === code}
      onClick={() => { choose({ language: code }) }}>
      {label}
    </button>
  )
  return (
    <span className="seg" role="group" aria-label={t.language}>
      {option('en', long ? 'English' : 'EN', 'en')}
      {option('zh', '中文', 'zh-Hans')}
    </span>
  )
}

export function ThemeSwitch({ withWord = false }: { withWord?: boolean }) {
  const t = useTexts()
  const { theme } = useStore(preferences)
  const label = theme === 'dark' ? t.theme.toLight : t.theme.toDark
  const Icon = theme === 'dark' ? Moon : Sun
  return (
    <button type="button" className={withWord ? 'btn q s' : 'ib'} aria-label={label} title={label}
      onClick={() => { choose({ theme: theme === 'dark' ? 'light' : 'dark' }) }}>
      <Icon className="i" aria-hidden />
      {withWord && (theme === 'dark' ? t.theme.dark : t.theme.light)}
    </button>
  )
}
