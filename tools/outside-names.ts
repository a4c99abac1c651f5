import { join } from 'node:path'
import ts from 'typescript'
import { root } from './child.mjs'

/** A file, and those of its types that somebody outside of one build of the widget meets; without a name each that it exports. */
type OutsideTypes = readonly [file: string, ...names: readonly string[]]

const outsideTypes: readonly OutsideTypes[] = [
  // The wire.
  ['packages/protocol/src/index.ts'],
  ['apps/widget/src/widget.ts', 'LauncherAnswer'],
  // Kept in the browser.
  ['packages/client/src/outbox-record.ts', 'OutboxRecord'],
  // Told between tabs.
  ['packages/client/src/line-word.ts', 'LineWord'],
  ['packages/token/src/tab-line.ts', 'TabMessage'],
  // Chunks that may be of another build than who loads them.
  ['apps/widget/src/panel-terms.ts', 'PanelTerms', 'PanelModule'],
  ['apps/widget/src/face-terms.ts', 'LoaderSide', 'FaceModule'],
  ['packages/token/src/token-event.ts', 'TokenEvent'],
  // The page.
  ['packages/widget/src/face.ts'],
]

/** Whose use of the browser's own names counts: all that the widget is built of. */
const builtFrom = [
  'apps/widget/src/',
  ...['client', 'protocol', 'runtime', 'token'].map((name) => `packages/${name}/src/`),
]

/** One run over a program: what is declared where, and what it has found. */
interface Search {
  readonly program: ts.Program
  readonly checker: ts.TypeChecker
  readonly found: Map<string, string>
}

function readProgram(): ts.Program {
  const tsconfig = join(root, 'tsconfig.browser.json')
  const { config } = ts.readConfigFile(tsconfig, (path) => ts.sys.readFile(path)) as { readonly config: unknown }
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  return ts.createProgram(fileNames, options)
}

const isForeign = ({ fileName }: ts.SourceFile): boolean => /\/node_modules\/|\/lib\.[^/]*\.d\.ts$/.test(fileName)

const isOfPlatform = (symbol: ts.Symbol | undefined): boolean =>
  symbol?.declarations?.some((node) => /\/lib\.[^/]*\.d\.ts$/.test(node.getSourceFile().fileName)) ?? false

/** Of something that the browser or the language declares, whoever else does too: `Window` is both theirs and ours. */
const isPlatformProperty = (checker: ts.TypeChecker, property: ts.Symbol | undefined): boolean =>
  isOfPlatform(property) ||
  (property?.declarations ?? []).some(
    ({ parent }) => ts.isInterfaceDeclaration(parent) && isOfPlatform(checker.getSymbolAtLocation(parent.name)),
  )

/** Adds the name of every property that a value of this type has, at any depth, as far as the repository declares it. */
function addNames({ checker, found }: Search, type: ts.Type, why: string): void {
  const seen = new Set<ts.Type>()
  const visit = (each: ts.Type): void => {
    if (seen.has(each)) return
    seen.add(each)
    if (each.isUnionOrIntersection()) each.types.forEach(visit)
    else if (each.flags & ts.TypeFlags.Object) visitObject(each as ts.ObjectType)
  }
  const visitObject = (each: ts.ObjectType): void => {
    if (each.objectFlags & ts.ObjectFlags.Reference) checker.getTypeArguments(each as ts.TypeReference).forEach(visit)
    each.aliasTypeArguments?.forEach(visit)
    const { declarations } = (each.symbol as ts.Symbol | undefined) ?? {}
    if (declarations?.some((node) => isForeign(node.getSourceFile())) && !isMapped(each)) return
    for (const signature of each.getCallSignatures()) {
      visit(signature.getReturnType())
      for (const parameter of signature.parameters) visit(checker.getTypeOfSymbol(parameter))
    }
    for (const { type: value } of checker.getIndexInfosOfType(each)) visit(value)
    for (const property of each.getProperties()) {
      if (property.declarations?.some((node) => isForeign(node.getSourceFile()))) continue
      if (!found.has(property.name)) found.set(property.name, why)
      visit(checker.getTypeOfSymbol(property))
    }
  }
  visit(type)
}

const isMapped = ({ objectFlags }: ts.ObjectType): boolean => (objectFlags & ts.ObjectFlags.Mapped) !== 0

function declaredTypes({ program, checker }: Search, [file, ...names]: OutsideTypes) {
  const source = program.getSourceFile(join(root, file))
  const module = source && checker.getSymbolAtLocation(source)
  if (!source || !module) throw new Error(`${file} is not part of the program`)
  const symbols = names.length
    ? names.map((name) => checker.resolveName(name, source, ts.SymbolFlags.Type, false))
    : checker
        .getExportsOfModule(module)
        .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
        .filter(({ flags }) => flags & ts.SymbolFlags.Type)
  return symbols.map((symbol, at) => {
    if (!symbol) throw new Error(`${file} has no type ${String(names[at])}`)
    return [symbol.name, checker.getDeclaredTypeOfSymbol(symbol)] as const
  })
}

/** The property of that name, in whichever member of a union has it: `boolean | { once }`. */
function propertyOf(type: ts.Type | undefined, name: string): ts.Symbol | undefined {
  if (!type?.isUnion()) return type?.getProperty(name)
  return type.types.map((each) => propertyOf(each, name)).find((property) => property !== undefined)
}

/** Adds every name by which this file reads, writes or makes something of the browser's or the language's own. */
function addPlatformNames({ checker, found }: Search, source: ts.SourceFile): void {
  const add = (name: ts.Node, property: ts.Symbol | undefined) => {
    if (!isPlatformProperty(checker, property) || found.has(name.getText())) return
    const { line } = source.getLineAndCharacterOfPosition(name.getStart())
    found.set(
      name.getText(),
      `the browser's, in ${source.fileName.replace(/.*\/(?=(apps|packages)\/)/, '')}:${String(line + 1)}`,
    )
  }
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) add(node.name, checker.getSymbolAtLocation(node.name))
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const name = node.propertyName ?? node.name
      if (ts.isIdentifier(name)) add(name, propertyOf(checker.getTypeAtLocation(node.parent), name.text))
    }
    if (ts.isObjectLiteralElementLike(node) && node.name && ts.isIdentifier(node.name))
      add(node.name, propertyOf(checker.getContextualType(node.parent as ts.ObjectLiteralExpression), node.name.text))
    ts.forEachChild(node, visit)
  }
  visit(source)
}

/** Every property name that somebody outside of one build of the widget may meet, and who. */
export function outsideNames(): ReadonlyMap<string, string> {
  const program = readProgram()
  const search: Search = { program, checker: program.getTypeChecker(), found: new Map() }
  for (const entry of outsideTypes)
    for (const [name, type] of declaredTypes(search, entry)) addNames(search, type, `${name} in ${entry[0]}`)
  for (const source of program.getSourceFiles())
    if (builtFrom.some((folder) => source.fileName.startsWith(join(root, folder)))) addPlatformNames(search, source)
  return search.found
}
