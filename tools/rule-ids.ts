import ts from 'typescript'
import type { SourceFile } from './tree.ts'

const id = '[A-Z]{1,4}\\d+(?:\\.\\d+)?'

/** The ids that docs/rules.md lists, in its order: lines of the form `- **OB3** One sentence.` */
function idsInRules(text: string): string[] {
  return [...text.matchAll(new RegExp(`^- \\*\\*(${id})\\*\\* \\S`, 'gm'))].map((match) => match[1] ?? '')
}

/** The title of each test in a file as far as it is written there, up to the first thing that is filled in when it runs. */
function testTitles({ path, text }: SourceFile): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const titles: string[] = []
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node) && isTestFunction(node.expression)) titles.push(titleOf(node.arguments[0]))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return titles
}

/** `it(...)`, `it.concurrent(...)` and the second call of `it.each(...)(...)`. */
function isTestFunction(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'it' || callee.text === 'test'
  if (ts.isCallExpression(callee) || ts.isTaggedTemplateExpression(callee)) {
    const inner = ts.isCallExpression(callee) ? callee.expression : callee.tag
    return ts.isPropertyAccessExpression(inner) && isTestFunction(inner.expression)
  }
  return (
    ts.isPropertyAccessExpression(callee) &&
    !/^(each|for|runIf|skipIf)$/.test(callee.name.text) &&
    isTestFunction(callee.expression)
  )
}

function titleOf(title: ts.Expression | undefined): string {
  if (title === undefined) return ''
  if (ts.isStringLiteralLike(title)) return title.text
  return ts.isTemplateExpression(title) ? title.head.text : ''
}

/** The ids at the start of a title, `[OB3] keeps the order`; none where it has no such start. */
function idsInTitle(title: string): string[] {
  const start = new RegExp(`^(\\[${id}\\] ?)+\\S`).exec(title)?.[0] ?? ''
  return [...start.matchAll(new RegExp(`\\[(${id})\\]`, 'g'))].map((match) => match[1] ?? '')
}

/** Where the rules and the tests disagree, one sentence each. */
export function disagreements(rules: string, tests: readonly SourceFile[]): string[] {
  const listed = idsInRules(rules)
  const titles = tests.flatMap((file) => testTitles(file).map((title) => ({ path: file.path, title })))
  const proven = new Set(titles.flatMap(({ title }) => idsInTitle(title)))
  return [
    ...listed
      .filter((rule, at) => listed.indexOf(rule) !== at)
      .map((rule) => `docs/rules.md: ${rule} stands there twice`),
    ...listed.filter((rule) => !proven.has(rule)).map((rule) => `docs/rules.md: no test has [${rule}] in its title`),
    ...titles
      .filter(({ title }) => idsInTitle(title).length === 0)
      .map(({ path, title }) => `${path}: "${title}" does not begin with a rule's id`),
    ...titles.flatMap(({ path, title }) =>
      idsInTitle(title)
        .filter((rule) => !listed.includes(rule))
        .map((rule) => `${path}: docs/rules.md has no ${rule}`),
    ),
  ]
}

/** Where docs/faults.md and the rules disagree: its rows name rules in their last column, and every rule about faults stands in one. */
export function faultGaps(faults: string, rules: string): string[] {
  const listed = idsInRules(rules)
  const rows = faults.split('\n').filter((line) => line.startsWith('|'))
  const named = new Set(
    rows.flatMap(
      (row) =>
        row
          .split('|')
          .at(-2)
          ?.match(new RegExp(`\\b${id}\\b`, 'g')) ?? [],
    ),
  )
  return [
    ...[...named]
      .filter((rule) => !listed.includes(rule))
      .map((rule) => `docs/faults.md: docs/rules.md has no ${rule}`),
    ...listed
      .filter((rule) => /^(FP|RCV)\d/.test(rule) && !named.has(rule))
      .map((rule) => `docs/faults.md: no row names ${rule}`),
  ]
}
