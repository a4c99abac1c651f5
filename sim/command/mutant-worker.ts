import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { ourEngine, type RenewalEngine } from '../renewal/renewal-engine.ts'
import { runRenewalWorld } from '../renewal/renewal-world.ts'
import { inTrap } from './in-trap.ts'

/** Which engine to try, and for how long. */
export interface MutantTrial {
  /** Of the copy's core.ts. */
  readonly path: string
  readonly mostSeeds: number
}

/** `undefined`: no world noticed anything. */
export type MutantVerdict = { readonly seed: string; readonly violation: string } | undefined

const { path, mostSeeds } = workerData as MutantTrial

/** What one world finds wrong; a world that breaks down under an engine has noticed it, too. */
async function findFault(seed: string, engine: RenewalEngine): Promise<string | undefined> {
  try {
    return (await inTrap(() => runRenewalWorld({ seed, engine }))).violations[0]
  } catch (error) {
    return String(error)
  }
}

async function tryEngine(): Promise<MutantVerdict> {
  const engine = (await import(pathToFileURL(path).href)) as RenewalEngine
  for (let n = 0; n < mostSeeds; n++) {
    const seed = `mutant ${n}`
    const violation = await findFault(seed, engine)
    // Where ours fails as well, the world has found something, but not the mutant.
    if (violation !== undefined && (await findFault(seed, ourEngine)) === undefined) return { seed, violation }
  }
  return undefined
}

parentPort?.postMessage(await tryEngine())
