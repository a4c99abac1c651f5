import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type { RenewalEngine } from '../renewal/renewal-engine.ts'
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

async function tryEngine(): Promise<MutantVerdict> {
  const engine = (await import(pathToFileURL(path).href)) as RenewalEngine
  for (let n = 0; n < mostSeeds; n++) {
    const seed = `mutant ${n}`
    try {
      const { violations } = await inTrap(() => runRenewalWorld({ seed, engine }))
      if (violations[0] !== undefined) return { seed, violation: violations[0] }
    } catch (error) {
      // A world that breaks down under an engine has noticed it.
      return { seed, violation: String(error) }
    }
  }
  return undefined
}

parentPort?.postMessage(await tryEngine())
