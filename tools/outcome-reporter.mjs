import { writeFileSync } from 'node:fs'

/**
 * What the end of `npm test` is made of.
 * @typedef {object} Outcome
 * @property {number} passed Those that passed at their second try among them.
 * @property {number} failed
 * @property {number} skipped
 * @property {readonly { readonly test: string, readonly error: string }[]} atSecondTry What passed so, and how it failed before.
 */

/**
 * Counts for the closing line of `npm test`. A file that does not load, a hook that fails and an error outside of any test
 * each count as one failure, so that nothing that went wrong can stand beside "0 failed".
 */
export default class OutcomeReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    const atSecondTry = []
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed += 1
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) counts.failed += 1
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result()
        counts[state === 'pending' ? 'failed' : state] += 1
        if (test.diagnostic()?.flaky) atSecondTry.push({ test: test.fullName, error: String(errors?.[0]?.message) })
      }
    }
    const file = process.env['HELVINO_TEST_OUTCOME']
    if (file !== undefined) writeFileSync(file, JSON.stringify({ ...counts, atSecondTry }))
  }
}
