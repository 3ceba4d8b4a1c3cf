import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Real time and chance have one door each (libs/machinery/src/clock.ts, random.ts); everything else takes them as arguments. */
const timeAndChance = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Take a Clock (machinery).' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take a Clock (machinery).' },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'Take a Random (machinery).' },
  { selector: "CallExpression[callee.name=/^set(Timeout|Interval)$/]", message: 'Take a Clock (machinery).' },
];

/** What may import what: downwards only. */
const layers = [
  { sourceTag: 'lib:proto', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'lib:machinery', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'lib:structural', onlyDependOnLibsWithTags: ['lib:machinery'] },
  { sourceTag: 'lib:cel', onlyDependOnLibsWithTags: ['lib:machinery', 'lib:structural'] },
  { sourceTag: 'lib:api', onlyDependOnLibsWithTags: ['lib:machinery', 'lib:structural', 'lib:cel'] },
  { sourceTag: 'lib:pki', onlyDependOnLibsWithTags: ['lib:machinery'] },
  { sourceTag: 'lib:component', onlyDependOnLibsWithTags: ['lib:proto', 'lib:machinery', 'lib:pki'] },
  { sourceTag: 'lib:storage', onlyDependOnLibsWithTags: ['lib:machinery', 'lib:api'] },
  { sourceTag: 'lib:client', onlyDependOnLibsWithTags: ['lib:proto', 'lib:machinery', 'lib:api', 'lib:pki', 'lib:component'] },
  { sourceTag: 'lib:testing', onlyDependOnLibsWithTags: ['type:lib'] },
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:lib'] },
  // Made of apps: they export start functions for it.
  { sourceTag: 'type:standalone', onlyDependOnLibsWithTags: ['type:lib', 'type:app', 'type:standalone'] },
  { sourceTag: 'type:cli', onlyDependOnLibsWithTags: ['type:lib'] },
  { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:lib', 'type:app', 'type:cli'] },
];

export default tseslint.config(
  { ignores: ['**/generated/**', '**/dist/**', '**/node_modules/**', '**/*.cjs', '**/*.mjs', '**/*.json'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin, '@nx': nx },
    languageOptions: { parser: tseslint.parser },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': ['error', ...timeAndChance],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'max-lines': ['error', { max: 600 }],
      'max-lines-per-function': ['error', { max: 70, skipComments: true, skipBlankLines: true }],
      'max-params': ['error', 4],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'prefer-const': 'error',
      '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: false, allow: [], depConstraints: layers }],
    },
  },
  {
    files: ['**/*.spec.ts', 'libs/testing/**/*.ts', 'apps/*/src/testing/**/*.ts', 'apps/e2e/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': 'off', 'max-params': 'off', 'no-restricted-syntax': 'off', '@nx/enforce-module-boundaries': 'off' },
  },
  {
    // Nx forbids every import of an app; these exist to compose them, through the doors that they export.
    files: ['apps/standalone/**/*.ts', 'libs/testing-sdk/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: false, allow: ['@typernetes/app-*'], depConstraints: layers }] },
  },
  {
    files: ['libs/machinery/src/clock.ts', 'libs/machinery/src/random.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['apps/cli/**/*.ts', 'tools/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
);
