import ts from 'typescript'
import { isCode, isTest, type SourceFile } from './tree.ts'

/** What one file does wrong, one sentence each; empty where it is tidy. */
export type TidyRule = (file: SourceFile) => string[]

const rootProse = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE']

/** Prose at the root that is not on the list belongs into docs/, or nowhere. */
export const rootProseOnly: TidyRule = ({ path }) => {
  const isProse = !path.includes('/') && !path.startsWith('.') && /(\.(md|mdx|txt|rst|adoc|sh)|^[A-Z_]+)$/.test(path)
  return isProse && !rootProse.includes(path) ? ['prose at the root: only the six files named in tools/tidy.ts'] : []
}

const mostLines = 400
const mostTestLines = 800

export const fileLength: TidyRule = ({ path, text }) => {
  if (!isCode(path)) return []
  const limit = isTest(path) ? mostTestLines : mostLines
  const lines = text.split('\n').length - 1
  return lines > limit ? [`${String(lines)} lines, at most ${String(limit)}`] : []
}

const mostFunctionLines = 70

/** Test files are left out: the callback of `describe` is a list, not a function to follow. */
export const functionLength: TidyRule = ({ path, text }) => {
  if (!isCode(path) || isTest(path)) return []
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node) => {
    if (ts.isFunctionLike(node)) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line
      const lines = source.getLineAndCharacterOfPosition(node.end).line - first + 1
      if (lines > mostFunctionLines) {
        found.push(
          `line ${String(first + 1)}: a function of ${String(lines)} lines, at most ${String(mostFunctionLines)}`,
        )
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const drawers = /^(utils?|helpers?|libs?|common|shared|misc|stuff|base)$/i
const leftovers = /-(v\d+|final|old|new|copy)(\.|$)|\.(bak|orig|rej)$|^STEP_|_(GUIDE|COMPLETE|SUMMARY|NOTES)\.|^QUICK_/

export const names: TidyRule = ({ path }) => {
  const parts = path.split('/')
  return parts
    .filter((part) => drawers.test(part.replace(/(\.test)?\.[a-z]+$/, '')) || leftovers.test(part))
    .map((part) => `"${part}" names no concept`)
}

/** The console lines of the token and the two banner texts are fixed, marks included; each set stands in one file. */
// The founding document's own marks: the console lines, the banner's texts, and the guide that shows the lines as they appear.
const mayHoldEmoji = ['apps/widget/src/console-lines.ts', 'apps/widget/src/words/en.ts', 'docs/org-token-auto-renew.md']
const emoji = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\u{FE0F}/u

export const noEmoji: TidyRule = ({ path, text }) =>
  mayHoldEmoji.includes(path) ? [] : linesWith(text, emoji).map((line) => `line ${String(line)}: an emoji`)

// A letter in brackets, so that this file does not name itself.
const unfinished = /\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b(?!\(#\d+\))/

export const unfinishedWorkHasAnIssue: TidyRule = ({ path, text }) =>
  isCode(path) || /\.(md|css|html|yml)$/.test(path)
    ? linesWith(text, unfinished).map(
        (line) => `line ${String(line)}: unfinished work without the number of its issue behind it, as in (#12)`,
      )
    : []

/** Tests that do not run, or that keep all others from running. */
export const everyTestRuns: TidyRule = ({ path, text }) => {
  if (!isCode(path)) return []
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node) => {
    if (ts.isPropertyAccessExpression(node) && /^(it|test|describe)(\.|$)/.test(node.expression.getText(source))) {
      if (['skip', 'only', 'todo', 'fails'].includes(node.name.text)) {
        found.push(`line ${String(source.getLineAndCharacterOfPosition(node.end).line + 1)}: .${node.name.text}`)
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const homes = ['home', 'Users', 'root', 'work', 'tmp', 'private', 'workspace'].join('|')
const machinePath = new RegExp(`(?<![\\w.*/)}-])/(${homes})/[\\w.-]+`)
const registryHost = /\b(registry|npm|deb|pypi|artifactory|nexus)\.[a-z0-9-]+\.[a-z]{2,}\b|\b_auth(Token)?\b/i

/** A path of one machine, or the host that packages come from, is true for one person only. */
export const nothingOfOneMachine: TidyRule = ({ path, text }) => [
  ...linesWith(text, machinePath).map((line) => `line ${String(line)}: a path of one machine`),
  ...(path === 'tools/tidy.ts' ? [] : linesWith(text, registryHost)).map(
    (line) => `line ${String(line)}: a registry's host`,
  ),
]

function linesWith(text: string, pattern: RegExp): number[] {
  return text.split('\n').flatMap((line, index) => (pattern.test(line) ? [index + 1] : []))
}
