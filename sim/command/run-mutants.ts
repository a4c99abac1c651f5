import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type Mutant, mutate } from '../mutants/mutant.ts'
import { mutants } from '../mutants/mutants.ts'
import type { RenewalEngine } from '../renewal/renewal-engine.ts'
import type { MutantTrial, MutantVerdict } from './mutant-worker.ts'

const workers = 2
const mostSeeds = 2_000
// A world that never comes to rest has noticed something, too.
const mostMs = 300_000
const root = join(import.meta.dirname, '../..')
const tokenSources = join(root, 'packages/token/src')

/** The file of the token package with the mutant's fault. */
export const mutantSource = (mutant: Mutant): string =>
  mutate(readFileSync(join(tokenSources, mutant.file), 'utf8'), mutant)

/** Writes a copy of the token package with the mutant's fault, outside of the tree. Returns the path of the engine. */
function writeMutant(mutant: Mutant, folder: string): string {
  const to = join(root, '.cache/mutants', folder)
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  cpSync(tokenSources, to, { recursive: true, filter: (path) => !path.endsWith('.test.ts') })
  writeFileSync(join(to, mutant.file), mutantSource(mutant))
  const engine = join(to, 'engine.ts')
  writeFileSync(engine, "export { TokenRenewer } from './core.ts'\nexport { withToken } from './with-token.ts'\n")
  return engine
}

/** The engine with the mutant's fault. */
export async function loadMutant(mutant: Mutant): Promise<RenewalEngine> {
  const path = writeMutant(mutant, `test ${mutants.indexOf(mutant)}`)
  return (await import(pathToFileURL(path).href)) as RenewalEngine
}

function judge(trial: MutantTrial): Promise<MutantVerdict> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('mutant-worker.ts', import.meta.url), { workerData: trial })
    const timer = setTimeout(() => {
      resolve({ seed: 'unknown', violation: `no end within ${mostMs} ms` })
      void worker.terminate()
    }, mostMs)
    worker.on('error', reject)
    worker.on('message', (verdict: MutantVerdict) => {
      clearTimeout(timer)
      resolve(verdict)
      void worker.terminate()
    })
  })
}

/** Runs every mutant until a world notices it. False where one lives. `only`: those whose name holds this text. */
export async function runMutants(only = ''): Promise<boolean> {
  const chosen = mutants.filter(({ name }) => name.includes(only))
  const trials = chosen.map((mutant, index) => ({ mutant, path: writeMutant(mutant, String(index)) }))
  let killed = 0
  const work = async () => {
    for (let trial = trials.shift(); trial; trial = trials.shift()) {
      const verdict = await judge({ path: trial.path, mostSeeds })
      if (verdict) killed += 1
      const how = verdict ? `killed by seed "${verdict.seed}": ${verdict.violation}` : `LIVES after ${mostSeeds} worlds`
      console.log(`${trial.mutant.name}: ${how}`)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  console.log(`${killed} of ${chosen.length} mutants killed`)
  return killed === chosen.length
}
