import js from '@eslint/js'
import a11y from 'eslint-plugin-jsx-a11y'
import hooks from 'eslint-plugin-react-hooks'
import ts from 'typescript-eslint'

const rawColour = 'Colours come from styles/tokens.css: use var(--…).'

/** From the ground up: a folder may import those before it. Worklist and timeline are strangers to each other. */
const layers = ['domain', 'api', 'services', 'panels', 'tools', 'viewports', 'worklist', 'timeline', 'app']
const mayNotImport = Object.fromEntries(
  layers.map((layer, index) => [layer, layers.filter((other, at) => at > index || (layer === 'timeline' && other === 'worklist'))]),
)

export default ts.config(
  { ignores: ['dist/', 'node_modules/'] },
  js.configs.recommended,
  ...ts.configs.strict,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'Literal[value=/^#[0-9a-fA-F]{3,8}$/]', message: rawColour },
        { selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]', message: 'Stored text is never markup.' },
      ],
    },
  },
  { files: ['src/**/*.tsx'], ...a11y.flatConfigs.recommended },
  ...Object.entries(mayNotImport).filter(([, banned]) => banned.length).map(([layer, banned]) => ({
    files: [`src/${layer}/**/*.{ts,tsx}`],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: banned.map((name) => ({ group: [`**/${name}/*`, `../${name}/*`], message: `${layer} must not import ${name}` })) },
      ],
    },
  })),
  { files: ['tests/**/*.mjs', '*.config.*'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', document: 'readonly', window: 'readonly', setTimeout: 'readonly', HTMLCanvasElement: 'readonly', getComputedStyle: 'readonly', fetch: 'readonly' } } },
)
