import { describe, expect, it } from 'vitest'
import * as tidy from './tidy.ts'
import { repositoryFiles } from './tree.ts'

const files = repositoryFiles()

function untidy(rule: tidy.TidyRule): string[] {
  return files.flatMap((file) => rule(file).map((fault) => `${file.path}: ${fault}`))
}

function faults(rule: tidy.TidyRule, path: string, text = ''): number {
  return rule({ path, text }).length
}

describe('the repository', { timeout: 60_000 }, () => {
  it('[TD1] holds six files of prose at its root', () => {
    expect(untidy(tidy.rootProseOnly)).toEqual([])
    expect(faults(tidy.rootProseOnly, 'QUICKSTART.md')).toBe(1)
    expect(faults(tidy.rootProseOnly, 'NOTICE')).toBe(1)
    expect(faults(tidy.rootProseOnly, 'docs/guide.md')).toBe(0)
  })

  it('[TD2] has no file over 400 lines, no test file over 800', () => {
    expect(untidy(tidy.fileLength)).toEqual([])
    expect(faults(tidy.fileLength, 'a.ts', '\n'.repeat(400))).toBe(0)
    expect(faults(tidy.fileLength, 'a.ts', '\n'.repeat(401))).toBe(1)
    expect(faults(tidy.fileLength, 'a.test.ts', '\n'.repeat(401))).toBe(0)
    expect(faults(tidy.fileLength, 'a.test.ts', '\n'.repeat(801))).toBe(1)
  })

  it('[TD3] has no function over 70 lines', () => {
    expect(untidy(tidy.functionLength)).toEqual([])
    expect(faults(tidy.functionLength, 'a.ts', `const a = () => {${'\n'.repeat(69)}}`)).toBe(0)
    expect(faults(tidy.functionLength, 'a.ts', `const a = () => {${'\n'.repeat(70)}}`)).toBe(1)
    expect(faults(tidy.functionLength, 'a.ts', `class A { b() {${'\n'.repeat(70)}} }`)).toBe(1)
  })

  it('[TD4] names files and folders for what they hold', () => {
    expect(untidy(tidy.names)).toEqual([])
    for (const path of [
      'a/utils/b.ts',
      'a/helpers.ts',
      'lib/a.ts',
      'a/widget-v2/b.ts',
      'a-final.ts',
      'a.ts.bak',
      'STEP_3.md',
    ]) {
      expect(faults(tidy.names, path), path).toBe(1)
    }
  })

  it('[TD5] holds no emoji but those of the console lines and the banner', () => {
    expect(untidy(tidy.noEmoji)).toEqual([])
    expect(faults(tidy.noEmoji, 'a.md', 'done \u{2705}')).toBe(1)
    expect(faults(tidy.noEmoji, 'a.md', 'careful \u{26A0}\u{FE0F}')).toBe(1)
    expect(faults(tidy.noEmoji, 'a.md', 'a -> b → c, 5 × 3 ≤ 20 ©')).toBe(0)
  })

  it('[TD6] names an issue for whatever it leaves unfinished', () => {
    expect(untidy(tidy.unfinishedWorkHasAnIssue)).toEqual([])
    const mark = ['TO', 'DO'].join('')
    expect(faults(tidy.unfinishedWorkHasAnIssue, 'a.ts', `// ${mark} later`)).toBe(1)
    expect(faults(tidy.unfinishedWorkHasAnIssue, 'a.ts', `// ${mark}(#12) later`)).toBe(0)
  })

  it('[TD7] switches no test off and runs none alone', () => {
    expect(untidy(tidy.everyTestRuns)).toEqual([])
    for (const way of ['skip', 'only', 'todo']) {
      expect(faults(tidy.everyTestRuns, 'a.test.ts', `it.${way}('a', b)`)).toBe(1)
      expect(faults(tidy.everyTestRuns, 'a.test.ts', `describe.${way}('a', b)`)).toBe(1)
    }
    expect(faults(tidy.everyTestRuns, 'a.test.ts', `it.each([1])('a', b)`)).toBe(0)
  })

  it('[TD8] tells nothing of one machine or of where packages come from', () => {
    expect(untidy(tidy.nothingOfOneMachine)).toEqual([])
    expect(faults(tidy.nothingOfOneMachine, 'a.md', ['see ', 'home', 'me', 'notes'].join('/'))).toBe(1)
    expect(faults(tidy.nothingOfOneMachine, 'a.md', `https://${['registry', 'example', 'org'].join('.')}/x`)).toBe(1)
    expect(faults(tidy.nothingOfOneMachine, 'a.md', 'GET /conversations/:id/messages')).toBe(0)
  })
})
