import tseslint from 'typescript-eslint';
import { house } from './scripts/eslint-rules.mjs';

const TYPESCRIPT = ['**/*.ts', '**/*.tsx'];
const SCRIPTS = ['**/*.{js,mjs,cjs}'];
const TESTS = ['**/*.spec.ts', '**/*.contract.ts', '**/testing/**/*.ts', 'test/**/*.ts'];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'data/',
      'bench-results/',
      'test-results/',
      'examples/*/dist/',
      '.toolchain/',
      'test/architecture/fixtures/',
    ],
  },
  {
    files: SCRIPTS,
    rules: { 'no-unused-vars': 'error', 'prefer-const': 'error', 'no-var': 'error', eqeqeq: 'error' },
  },
  {
    files: TYPESCRIPT,
    plugins: { '@typescript-eslint': tseslint.plugin, house },
    languageOptions: {
      parser: tseslint.parser,
      // Type information is there for one rule: an error in a promise nobody awaits is an error nobody sees.
      parserOptions: { projectService: true },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/parameter-properties': ['error', { prefer: 'class-property' }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      'house/no-enum': 'error',
      'house/no-default-export': 'error',
      'house/no-barrel': 'error',
      'house/telling-names': 'error',
      'max-lines': ['error', 350],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-debugger': 'error',
    },
  },
  {
    files: ['libs/domain/**/*.ts', 'apps/console/src/model/**/*.ts'],
    ignores: TESTS,
    rules: { 'house/no-ambient-time': 'error' },
  },
  {
    files: TESTS,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'house/no-marked-tests': 'error',
      'house/no-sleep-in-tests': 'error',
      'max-lines': ['error', 500],
    },
  },
);
