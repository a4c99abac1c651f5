import { defineConfig } from 'vitest/config'
import { promisedCode } from './tools/promised-code.mjs'

const projects = ['packages', 'apps', 'sim', 'tools', 'bench']
const unit = projects.flatMap((folder) => [`${folder}/**/*.test.ts`, `${folder}/**/*.test.tsx`])
const systems = projects.flatMap((folder) => [`${folder}/**/tests/**/*.test.ts`, `${folder}/**/tests/**/*.test.tsx`])
const never = ['**/node_modules/**', '**/dist/**']

export default defineConfig({
  test: {
    // Two cores: more workers only take time from each other, and process-level tests have deadlines.
    maxWorkers: 2,
    allowOnly: false,
    coverage: {
      provider: 'v8',
      include: promisedCode,
      reporter: ['text'],
      reportsDirectory: '.cache/coverage',
      thresholds: { branches: 100 },
    },
    projects: [
      {
        test: {
          name: 'unit',
          include: unit,
          exclude: [...never, ...systems],
          testTimeout: 10_000,
          hookTimeout: 60_000,
        },
      },
      // Servers, browsers and whole processes: they start slowly on a busy machine.
      {
        test: {
          name: 'system',
          include: systems,
          exclude: never,
          // What passes only then is named at the end of the run, and may not be much: ADR 12.
          retry: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
})
