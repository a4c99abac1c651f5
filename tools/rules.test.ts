import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './child.mjs'
import { asvsGaps, asvsRequirements, disagreements, faultGaps } from './rule-ids.ts'
import { isCode, isTest, repositoryFiles } from './tree.ts'

const rules = '- **OB1** The first.\n- **OB2** The second.\n'

function test(...titles: string[]) {
  return [{ path: 'a.test.ts', text: titles.map((title) => `it(${JSON.stringify(title)}, () => {})`).join('\n') }]
}

describe('docs/rules.md', () => {
  it('[RU1] has a test for every rule, and every test has its rule', () => {
    const tests = repositoryFiles().filter(({ path }) => isCode(path) && isTest(path))
    expect(disagreements(readFileSync(join(root, 'docs', 'rules.md'), 'utf8'), tests)).toEqual([])
  })

  it('[RU2] refuses a rule without a test, a test without a rule, a title without an id, and an id given twice', () => {
    expect(disagreements(rules, test('[OB1] a', '[OB2] b'))).toEqual([])
    expect(disagreements(rules, test('[OB1] a'))).toEqual(['docs/rules.md: no test has [OB2] in its title'])
    expect(disagreements(rules, test('[OB1] a', '[OB2] b', '[OB3] c'))).toEqual(['a.test.ts: docs/rules.md has no OB3'])
    expect(disagreements(rules, test('[OB1] a', '[OB2] b', 'c'))).toEqual([
      'a.test.ts: "c" does not begin with a rule\'s id',
    ])
    expect(disagreements(`${rules}${rules}`, test('[OB1] a', '[OB2] b'))).toHaveLength(2)
  })

  it('[RU3] reads the titles of repeated, nested and templated tests', () => {
    const text = [
      "it.each([1, 2])('[OB1] a %i', () => {})",
      'describe("x", () => { it.concurrent(`[OB2] b ${seed}`, async () => {}) })',
    ].join('\n')
    expect(disagreements(rules, [{ path: 'a.test.ts', text }])).toEqual([])
  })

  it('[RU4] has every rule that docs/faults.md names, and every rule about faults stands there', () => {
    const read = (name: string) => readFileSync(join(root, 'docs', name), 'utf8')
    expect(faultGaps(read('faults.md'), read('rules.md'))).toEqual([])
    const few = '- **FP1** The first.\n- **OB1** Another.\n'
    expect(faultGaps('| a cut | OB7 holds | OB1, FP1 |', few)).toEqual([])
    expect(faultGaps('| a cut | it holds | OB2 |', few)).toEqual([
      'docs/faults.md: docs/rules.md has no OB2',
      'docs/faults.md: no row names FP1',
    ])
  })

  it('[RU5] has every test that docs/asvs.md names, and every requirement of the standard stands there once', () => {
    const read = (name: string) => readFileSync(join(root, 'docs', name), 'utf8')
    const tables = repositoryFiles().filter(({ path }) => path.startsWith('apps/server/tests/attacks/'))
    expect(asvsRequirements).toHaveLength(253)
    expect(asvsGaps(read('asvs.md'), read('rules.md'), tables)).toEqual([])
  })

  it('[RU5] refuses a row that is missing or doubled, a test that is not there, and a list that says something else', () => {
    const attacks = [{ path: 'a.ts', text: "attacks(['ws-01', 'a', 'b', run],\n  [\n    'ws-02',\n    'c',\n  ])" }]
    const row = (requirement: string, proof = 'OB1, ws-01 to ws-02', applies = 'yes') =>
      `| ${requirement} | asks | ${applies} | ${proof} |`
    const page = asvsRequirements.map((requirement) => row(requirement))
    const gaps = (...changes: readonly string[]) => asvsGaps([...page.slice(1), ...changes].join('\n'), rules, attacks)
    const first = 'v5.0.0-1.1.1'
    expect(gaps(row(first))).toEqual([])
    expect(gaps(row(first, 'no LDAP', 'no'))).toEqual([])
    expect(gaps(row(first, 'not met'), `- **${first}** not met: why`)).toEqual([])
    expect(gaps()).toEqual([`docs/asvs.md: no row for ${first}`])
    expect(gaps(row(first), row(first))).toHaveLength(1)
    expect(gaps(row(first), row('v5.0.0-99.1.1'))).toHaveLength(1)
    expect(gaps(row(first, ''))).toHaveLength(1)
    expect(gaps(row(first, 'OB1', 'perhaps'))).toHaveLength(1)
    expect(gaps(row(first, 'OB7, ws-09'))).toEqual([
      `docs/asvs.md: ${first} names OB7, which is no test`,
      `docs/asvs.md: ${first} names ws-09, which is no test`,
    ])
    expect(gaps(row(first, 'in part: OB1'))).toEqual([`docs/asvs.md: the list leaves out ${first}`])
    expect(gaps(row(first, 'in part: OB1'), `- **${first}** not met: why`)).toHaveLength(1)
    expect(gaps(row(first), `- **${first}** in part: why`)).toHaveLength(1)
  })
})
