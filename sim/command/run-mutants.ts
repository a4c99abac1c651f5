import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type Mutant, type MutantPart, mutate } from '../mutants/mutant.ts'
import { mutants } from '../mutants/mutants.ts'
import { outboxMutants } from '../mutants/outbox-mutants.ts'
import { serverMutants } from '../mutants/server-mutants.ts'
import type { ServerPackage } from '../chat/server/server-package.ts'
import type { RenewalEngine } from '../renewal/renewal-engine.ts'
import type { WorldName } from '../worlds.ts'
import type { MutantTrial, MutantVerdict, MutantWord } from './mutant-worker.ts'

const workers = 2
const mostSeeds = 2_000
// A world that never comes to rest has noticed something, too.
const mostOfOneWorldMs = 60_000
/** A mutant that lives for so long, in ms, lives. */
const mostMs = 180_000
const root = join(import.meta.dirname, '../..')

interface Trials {
  /** The kind of world that must notice. */
  readonly world: WorldName
  /** What gets the faults. */
  readonly sources: string
  /** The module that a world imports of them. */
  readonly face: string
  readonly mutants: readonly Mutant[]
}

const serverSources = join(root, 'apps/server/src')

const trialsOf: Readonly<Record<MutantPart, Trials>> = {
  token: {
    world: 'renewal',
    sources: join(root, 'packages/token/src'),
    face: "export { TokenRenewer } from './core.ts'\nexport { withToken } from './with-token.ts'\n",
    mutants,
  },
  client: {
    world: 'chat',
    sources: join(root, 'packages/client/src'),
    face: "export * from './index.ts'\n",
    mutants: outboxMutants,
  },
  server: {
    world: 'chat',
    sources: serverSources,
    face: readFileSync(join(root, 'sim/chat/server/server-face.ts'), 'utf8').replaceAll(
      '../../../apps/server/src/',
      './',
    ),
    mutants: serverMutants,
  },
}

/** The file with the mutant's fault. */
export const mutantSource = (mutant: Mutant, part: MutantPart): string =>
  mutate(readFileSync(join(trialsOf[part].sources, mutant.file), 'utf8'), mutant)

/** Writes a copy of the package with the mutant's fault, outside of the tree. Returns the path of what is imported. */
function writeMutant(mutant: Mutant, part: MutantPart, folder: string): string {
  const { sources, face } = trialsOf[part]
  const to = join(root, '.cache/mutants', folder)
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  cpSync(sources, to, { recursive: true, filter: (path) => !path.endsWith('.test.ts') })
  writeFileSync(join(to, mutant.file), mutantSource(mutant, part))
  const path = join(to, 'face.ts')
  writeFileSync(path, face)
  return path
}

/** The part with the mutant's fault. */
async function load(mutant: Mutant, part: MutantPart): Promise<unknown> {
  const path = writeMutant(mutant, part, `test ${part} ${trialsOf[part].mutants.indexOf(mutant)}`)
  return import(pathToFileURL(path).href)
}

export const loadEngineMutant = async (mutant: Mutant): Promise<RenewalEngine> =>
  (await load(mutant, 'token')) as RenewalEngine

export const loadServerMutant = async (mutant: Mutant): Promise<ServerPackage> =>
  (await load(mutant, 'server')) as ServerPackage

function judge(trial: MutantTrial): Promise<MutantVerdict> {
  const { promise, resolve, reject } = Promise.withResolvers<MutantVerdict>()
  const worker = new Worker(new URL('mutant-worker.ts', import.meta.url), { workerData: trial })
  const end = (verdict: MutantVerdict) => {
    clearTimeout(timer)
    clearTimeout(timerOfWorld)
    resolve(verdict)
    void worker.terminate()
  }
  let worlds = 0
  let timerOfWorld: NodeJS.Timeout | undefined
  const timer = setTimeout(() => {
    end({ kind: 'lives', worlds })
  }, mostMs)
  worker.on('error', reject)
  worker.on('message', (word: MutantWord) => {
    if (word.kind !== 'begun') {
      end(word)
      return
    }
    worlds += 1
    clearTimeout(timerOfWorld)
    timerOfWorld = setTimeout(() => {
      end({ kind: 'killed', seed: word.seed, violation: `no end within ${mostOfOneWorldMs} ms` })
    }, mostOfOneWorldMs)
  })
  return promise
}

/** Runs every mutant of these kinds of world until one notices it. False where one lives. `only`: those whose name holds this text. */
export async function runMutants(worlds: readonly WorldName[], only = ''): Promise<boolean> {
  const parts = (Object.keys(trialsOf) as MutantPart[]).filter((part) => worlds.includes(trialsOf[part].world))
  const trials = parts.flatMap((part) =>
    trialsOf[part].mutants
      .filter(({ name }) => name.includes(only))
      .map((mutant, index) => ({ mutant, part, path: writeMutant(mutant, part, `${part} ${String(index)}`) })),
  )
  const count = trials.length
  let killed = 0
  const work = async () => {
    for (let trial = trials.shift(); trial; trial = trials.shift()) {
      const verdict = await judge({ path: trial.path, part: trial.part, mostSeeds })
      if (verdict.kind === 'killed') killed += 1
      const how =
        verdict.kind === 'killed'
          ? `killed by seed "${verdict.seed}": ${verdict.violation}`
          : `LIVES after ${verdict.worlds} worlds`
      console.log(`${trial.mutant.name}: ${how}`)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  console.log(`${killed} of ${count} mutants killed`)
  return killed === count
}
