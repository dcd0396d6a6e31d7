import { defineConfig, globalIgnores } from 'eslint/config';
import { configs } from 'typescript-eslint';

export default defineConfig(
  globalIgnores(
    [
      '**/dist/',
      '**/node_modules/',
      '**/target/',
      'coverage/',
      // AssemblyScript: looks like TypeScript, has other types and another standard library.
      'examples/',
      'packages/*/guests/',
      // For other engines and toolchains than Node.js.
      'test/toolchains/guests/',
      // Written by tools.
      '**/generated/',
    ],
    'not our TypeScript',
  ),
  configs.strictTypeChecked,
  configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    rules: {
      // The compiler's exhaustiveness is only as good as the switches that ask for it.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // What is written is what loads (verbatimModuleSyntax): a type import must look like one.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // `noPropertyAccessFromIndexSignature` wants env['X']; this rule would want it back.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // A resource of WASI that nobody can get hold of is an empty class.
      '@typescript-eslint/no-extraneous-class': ['error', { allowEmpty: true }],
      // Leaving members out by destructuring names them without using them.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportAllDeclaration',
          message: 'Re-export by name, so that the surface of a package can be read off its index.',
        },
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name: one thing, one name, wherever it is used.',
        },
      ],
    },
  },
  {
    files: ['**/*.config.{js,ts}', '**/*worker.ts'],
    rules: {
      // Their tools ask for a default export; so does piscina of a worker.
      'no-restricted-syntax': 'off',
    },
  },
  {
    // Fixtures that tests load by URL: plain JavaScript, in no TypeScript project.
    files: ['packages/**/*.mjs'],
    extends: [configs.disableTypeChecked],
  },
  {
    files: ['**/*.d.ts'],
    rules: {
      // They describe what others wrote, in the form in which it is.
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['**/*.test.ts', '**/test/**/*.ts'],
    rules: {
      // `expect(spy.method)` names a method without calling it, which is the point.
      '@typescript-eslint/unbound-method': 'off',
      // `expect.any(String)` and its like are of type `any`, by vitest's declaration.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);
