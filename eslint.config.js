import js from '@eslint/js';
import globals from 'globals';

const catalogue = { gettext: 'readonly', ngettext: 'readonly', interpolate: 'readonly' };

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      curly: ['error', 'multi-line'],
      'no-shadow': 'error',
      'no-console': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 6],
      complexity: ['error', 14],
      'max-len': ['error', { code: 120, ignoreUrls: true, ignoreStrings: true }],
    },
  },
  {
    files: ['static/**/*.js'],
    languageOptions: { globals: globals.browser },
    rules: {
      // Viewers' words reach these pages: they are only ever set as text. The pages' CSP refuses inline styles.
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Build nodes; set words as text.' },
        { property: 'outerHTML', message: 'Build nodes; set words as text.' },
        { property: 'insertAdjacentHTML', message: 'Build nodes; set words as text.' },
        { property: 'cssText', message: 'The CSP refuses inline styles; set single CSSOM properties.' },
        { object: 'document', property: 'write', message: 'Build nodes; set words as text.' },
        { object: 'window', property: 'localStorage', message: 'Go through dock/remember.js; never tokens.' },
      ],
      'no-restricted-globals': ['error', 'event', 'name', 'localStorage', 'sessionStorage'],
    },
  },
  { files: ['static/i18n.js'], languageOptions: { globals: catalogue } },
  {
    files: ['tests/js/**/*.js', 'eslint.config.js'],
    languageOptions: { globals: globals.node },
    rules: { 'max-lines-per-function': 'off' },
  },
];
