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

/**
 * How many requirements of level 1 and 2 each section of OWASP ASVS 5.0.0 has, chapter by chapter. In every section they come before those of level
 * 3, so that the count says which they are.
 */
const asvsSections: readonly (readonly number[])[] = [
  [2, 9, 11, 3, 2],
  [3, 3, 4, 1],
  [0, 2, 4, 6, 5, 0, 2],
  [3, 1, 2, 4],
  [1, 3, 2, 3],
  [3, 12, 4, 4, 5, 3, 0, 4],
  [3, 4, 2, 5, 2, 2],
  [2, 3, 1, 1],
  [3, 4],
  [2, 2, 4, 11, 5, 2, 3],
  [2, 3, 3, 4, 1, 1, 0],
  [3, 2, 4],
  [1, 5, 2, 5],
  [2, 4, 3],
  [3, 3, 7, 0],
  [1, 5, 4, 3, 3],
  [1, 4, 2],
]

/** `v5.0.0-1.2.3` for each of the 253, in their order. */
export const asvsRequirements: readonly string[] = asvsSections.flatMap((sections, chapter) =>
  sections.flatMap((count, section) =>
    Array.from({ length: count }, (_, at) => `v5.0.0-${chapter + 1}.${section + 1}.${at + 1}`),
  ),
)

/** The ids of attacks: the first text of each row of a table, `['token-01', …`. */
const attackIds = (tables: readonly SourceFile[]): ReadonlySet<string> =>
  new Set(tables.flatMap(({ text }) => [...text.matchAll(/\[\s*'([a-z]+-\d+)',/g)].map((match) => match[1] ?? '')))

const openStates = ['not met', 'in part']

/** `not met` or `in part`, where a text begins so. */
const openState = (text: string): string | undefined => openStates.find((state) => text.startsWith(state))

/**
 * Where docs/asvs.md is not whole: each requirement is one row, each row names tests that are there, says "yes" or "no" and then something, and what is
 * not met or met in part is told in the list before the tables, once and by the same word.
 */
export function asvsGaps(page: string, rules: string, attacks: readonly SourceFile[]): string[] {
  const known = new Set([...idsInRules(rules), ...attackIds(attacks)])
  const rows = page
    .split('\n')
    .filter((line) => /^\| v\d/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, requirement = '', , applies = '', proof = '']) => ({ requirement, applies, proof }))
  const told = [...page.matchAll(/^- \*\*(v[\d.-]+)\*\* (.+)$/gm)].map(([, requirement = '', text = '']) => ({
    requirement,
    state: openState(text),
  }))
  const requirements = rows.map(({ requirement }) => requirement)
  const open = new Map(rows.map(({ requirement, proof }) => [requirement, openState(proof)]))
  const wrong = [
    ...asvsRequirements.filter((each) => !requirements.includes(each)).map((each) => `no row for ${each}`),
    ...requirements
      .filter((each, at) => !asvsRequirements.includes(each) || requirements.indexOf(each) !== at)
      .map((each) => `${each} is no requirement of level 1 or 2, or stands there twice`),
    ...rows
      .filter(({ applies, proof }) => !['yes', 'no'].includes(applies) || proof === '')
      .map(({ requirement }) => `${requirement} says neither yes nor no, or nothing of why`),
    ...rows.flatMap(({ requirement, proof }) =>
      [...proof.matchAll(new RegExp(`\\b(${id}|[a-z]+-\\d\\d)\\b`, 'g'))]
        .map(([name]) => name)
        .filter((name) => !known.has(name))
        .map((name) => `${requirement} names ${name}, which is no test`),
    ),
    ...told
      .filter(({ requirement, state }, at) => {
        const isFirst = told.findIndex((other) => other.requirement === requirement) === at
        return !isFirst || state === undefined || open.get(requirement) !== state
      })
      .map(({ requirement }) => `the list says something else of ${requirement} than its row, or says it twice`),
    ...[...open]
      .filter(([each, state]) => state && !told.some(({ requirement }) => requirement === each))
      .map(([each]) => `the list leaves out ${each}`),
  ]
  return wrong.map((why) => `docs/asvs.md: ${why}`)
}
