import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const ambient =
  'Time, chance, network and storage come in as arguments (packages/runtime); only packages/runtime/src/system-*.ts may touch them.'

const ambientGlobals = [
  ...['setTimeout', 'setInterval', 'performance', 'crypto'],
  ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'BroadcastChannel'],
  ...['localStorage', 'sessionStorage', 'indexedDB'],
]

const ambientSyntax = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: ambient },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: ambient },
  { selector: "CallExpression[callee.name='Date']", message: ambient },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: ambient },
  {
    selector: `MemberExpression[object.name=/^(window|self|globalThis)$/][property.name=/^(${ambientGlobals.join('|')})$/]`,
    message: ambient,
  },
]

const ambientImports = [
  { name: 'node:timers', message: ambient },
  { name: 'node:timers/promises', message: ambient },
  { name: 'node:perf_hooks', message: ambient },
  {
    name: 'node:crypto',
    importNames: ['randomBytes', 'randomUUID', 'randomInt', 'randomFillSync', 'randomFill', 'webcrypto'],
    message: ambient,
  },
]

const declaration = ':matches(ClassDeclaration, TSInterfaceDeclaration, TSTypeAliasDeclaration)'
const named = ':matches(VariableDeclarator, TSPropertySignature, PropertyDefinition)'
const moduleState = {
  selector: ":matches(Program, ExportNamedDeclaration) > VariableDeclaration[kind='let']",
  message: 'No mutable state in a module: give it an owner.',
}
const houseSyntax = [
  { selector: 'ExportAllDeclaration', message: 'List the exported names; a barrel hides what is public.' },
  {
    selector: `${declaration}[id.name=/(Manager|Helper|Service|Utils?|Impl|Base|Data|Info)$/]`,
    message: 'Name the concept; this suffix says nothing.',
  },
  {
    selector: `${named}:matches([id.name=/(timeout|delay|interval|ttl)$/i], [key.name=/(timeout|delay|interval|ttl)$/i])`,
    message: 'A number says its unit: end the name in Ms, AtMs or Seconds.',
  },
]

const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only config.ts reads the environment.',
}

const tests = ['**/*.test.ts', '**/*.test.tsx', '**/tests/**', '**/contract-suite.ts']
// The simulation's command and its own test stand outside of the world they run: they draw seeds and try the trap.
const processes = [
  'tools/**',
  'bench/**',
  'sim/{main,command/*,**/*.test}.ts',
  '**/tests/**',
  '{apps,packages}/*/build.mjs',
  '*.mjs',
]

export default defineConfig(
  // bench/peers/ is plain JavaScript around packages that are installed only when the benchmark runs: nothing here could type it.
  globalIgnores(['**/dist/', '.node/', '.cache/', 'data/', 'bench/peers/']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.core.json', './tsconfig.browser.json', './tsconfig.node.json', './tsconfig.tests.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // The compiler knows every name, per world, and better.
      'no-undef': 'off',
      // Numbers print the same everywhere; objects and `undefined` in a text stay errors.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => call()` and `return call()` are clear where the type says that nobody looks at the result.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // A method that is handed on is written as an arrow or bound; `this: void` on every contract would say it twice.
      '@typescript-eslint/unbound-method': 'off',
      // A callback that has nothing to do says so best by being empty.
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
      // It asks for `!`, which is refused above it.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // A type is a union as often as an object; one word for both.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      // A `default` is a decision about all the rest; without one, every case stands there.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // It takes for unchanged what an await or a closure changed (`signal.aborted` asked twice), and so asks for bugs.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // An abort's reason is `unknown` by its type and has to be passed on as it is.
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingUnknown: true, allowThrowingAny: false },
      ],
      '@typescript-eslint/only-throw-error': [
        'error',
        { allowThrowingUnknown: true, allowThrowingAny: false, allowRethrowing: true },
      ],
      // It knows `Promise<void>` but not `Promise.withResolvers<void>()`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // An async function without await keeps a contract that others fulfil by waiting, and turns its throws into rejections.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      'no-console': 'error',
      'no-restricted-globals': ['error', ...ambientGlobals.map((name) => ({ name, message: ambient }))],
      'no-restricted-imports': ['error', { paths: ambientImports }],
      'no-restricted-syntax': ['error', ...houseSyntax, moduleState, ...ambientSyntax, environment],
      eqeqeq: 'error',
    },
  },
  {
    files: ['apps/*/src/**/*.{ts,tsx}'],
    // Its other rules are for React's compiler, which nothing here is built with, and take Preact's refs for values.
    plugins: { 'react-hooks': { rules: reactHooks.rules } },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    files: ['packages/runtime/src/system-*.ts'],
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', ...houseSyntax, moduleState, environment],
    },
  },
  {
    // main.ts hands the environment over whole; config.ts is the one that looks into it.
    files: ['apps/server/src/{config,main}.ts'],
    rules: { 'no-restricted-syntax': ['error', ...houseSyntax, moduleState, ...ambientSyntax] },
  },
  {
    files: ['apps/widget/src/console-lines.ts', 'apps/server/src/{main,server}.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // A global can only be declared with `var`.
    files: ['**/*.d.ts'],
    rules: { 'no-var': 'off' },
  },
  {
    files: tests,
    rules: {
      // A test reaches into what it just made; a wrong guess fails the test, which is what it is for.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // What `beforeEach` makes is held by the file; a random test draws a seed and prints it.
      'no-restricted-syntax': ['error', ...houseSyntax, ...ambientSyntax],
      'no-restricted-imports': 'off',
    },
  },
  {
    // Whole processes under real time: they wait for other processes, measure them, and hand them an environment.
    files: processes,
    rules: {
      'no-console': 'off',
      'no-restricted-globals': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', ...houseSyntax],
    },
  },
)
