// The arrows of ARCHITECTURE.md. A file may import what no rule here forbids; each name says what it keeps.
const tests = '\\.test\\.tsx?$|/tests/|/contract-suite\\.ts$'
// What stands around the token's core so that it runs on any platform without being told how.
const tokenFace = '^packages/token/src/(create-token-renewer|token-response|ky|openapi-fetch)\\.ts$'
const implementations = '^apps/server/src/(store/(sqlite|postgres)|fan-out/(local|among-servers)(\\.ts$|/))'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: {},
      // Workspace packages resolve to their sources, where this tool no longer sees a package; knip looks after those.
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'undetermined', 'deprecated'], pathNot: '^packages/' },
    },
    {
      name: 'packages-import-no-app',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(apps|sim|bench)/' },
    },
    {
      name: 'packages-use-tools-in-tests-only',
      severity: 'error',
      from: { path: '^packages/', pathNot: '/tests/' },
      to: { path: '^tools/' },
    },
    {
      name: 'no-app-imports-another-app',
      comment:
        'What another app keeps for its tests (starting it as a process, say) is open to tests; see no-test-code-in-the-product.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/|^apps/[^/]+/tests/' },
    },
    {
      name: 'packages-through-their-entry',
      comment: 'Across packages only the entries that package.json exports.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/|^(sim|bench|tools)/' },
      to: {
        path: '^packages/[^/]+/',
        pathNot: [
          '^packages/$2/',
          '^packages/[^/]+/src/index\\.ts$',
          '^packages/runtime/src/system-(browser|node|anywhere|tone)\\.ts$',
          '^packages/widget/src/(react|vue)\\.ts$',
          '^packages/token/src/(core|with-token|jwt|retry-after|token-response|ky|axios|openapi-fetch)\\.ts$',
        ],
      },
    },
    {
      name: 'protocol-and-runtime-stand-alone',
      severity: 'error',
      from: { path: '^packages/(protocol|runtime)/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/$1/' },
    },
    {
      name: 'token-imports-runtime-only',
      severity: 'error',
      from: { path: '^packages/token/src/', pathNot: tests },
      to: { path: '^(packages|node_modules)/', pathNot: '^packages/(token|runtime)/' },
    },
    {
      name: 'token-core-knows-no-platform',
      comment: 'What has every port injected must not reach, through another file, for the ones of the platform.',
      severity: 'error',
      from: { path: '^packages/token/src/(core|with-token|jwt|retry-after)\\.ts$' },
      to: { path: '^packages/runtime/src/system-', reachable: true },
    },
    {
      name: 'client-imports-the-packages-below-it',
      severity: 'error',
      from: { path: '^packages/client/', pathNot: tests },
      to: { path: '^(packages|node_modules)/', pathNot: '^packages/(client|token|protocol|runtime)/' },
    },
    {
      name: 'testkit-in-tests-only',
      comment: 'And in bench/renewal/, which measures on virtual time: an hour of sleep, a clock that is set back.',
      severity: 'error',
      from: { path: '^(packages|apps|bench)/', pathNot: `${tests}|^packages/testkit/|^bench/renewal/` },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: tests },
      to: { path: tests, pathNot: '^node_modules/' },
    },
    {
      name: 'apps-reach-token-through-client',
      severity: 'error',
      from: { path: '^apps/', pathNot: tests },
      to: { path: '^packages/token/' },
    },
    {
      name: 'server-imports-protocol-and-runtime-only',
      severity: 'error',
      from: { path: '^apps/server/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/(protocol|runtime)/' },
    },
    {
      name: 'server-doors-decide-nothing',
      comment: 'http/ and realtime/ call conversations/; of the store and the fan-out they know the contracts.',
      severity: 'error',
      from: { path: '^apps/server/src/(http|realtime)/', pathNot: tests },
      to: { path: '^apps/server/src/(store|fan-out)/', pathNot: '/contract\\.ts$' },
    },
    {
      name: 'conversations-know-no-door',
      severity: 'error',
      from: { path: '^apps/server/src/conversations/', pathNot: tests },
      to: {
        path: '^apps/server/src/(http|realtime|store|fan-out)/|^node_modules/(fastify|@fastify|ws|kysely|better-sqlite3|pg)/',
        pathNot: '^apps/server/src/(store|fan-out)/contract\\.ts$',
      },
    },
    {
      name: 'store-and-fan-out-at-the-bottom',
      severity: 'error',
      from: { path: '^apps/server/src/(store|fan-out)/', pathNot: tests },
      to: { path: '^apps/server/src/(http|realtime|conversations)/' },
    },
    {
      name: 'implementations-named-in-server-only',
      comment: 'And where whole databases are moved, backed up and put back.',
      severity: 'error',
      from: {
        path: '^apps/server/src/',
        pathNot: `${tests}|^apps/server/src/((server|open-database)\\.ts$|(migrate-data|backup)/)|${implementations}`,
      },
      to: { path: implementations },
    },
    {
      name: 'serving-knows-no-command',
      comment: 'What an operator does to a whole installation is no part of what answers requests.',
      severity: 'error',
      from: {
        path: '^apps/server/src/',
        pathNot: `${tests}|^apps/server/src/(main\\.ts$|(command-line|doctor|backup|migrate-data)/)`,
      },
      to: { path: '^apps/server/src/(command-line|doctor|backup|migrate-data)/' },
    },
    {
      name: 'system-runtime-from-wiring-only',
      comment:
        'The real clock, chance, network and storage are named where an app is put together, in a thread, which nobody hands them, and in the public face of token.',
      severity: 'error',
      from: {
        path: '^(packages|apps|sim|bench)/',
        pathNot: `${tests}|^apps/[^/]+/src/(api|main|server|embed|panel|live|face-verbs|telemetry)\\.tsx?$|^apps/server/src/store/sqlite/checkpoint-worker\\.ts$|^(sim|bench)/main\\.ts$|^packages/runtime/|${tokenFace}`,
      },
      to: { path: '^packages/runtime/src/system-' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // bench/peers/ has its own dependencies, which are installed only when the benchmark runs.
    exclude: { path: '(^|/)dist/|^bench/peers/' },
    // The root's development tools serve all packages.
    combinedDependencies: true,
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
