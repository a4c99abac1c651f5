import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { runChatWorld } from '../chat/chat-world.ts'
import { ourChat, type ChatPackage } from '../chat/chat-package.ts'
import { ourEngine, type RenewalEngine } from '../renewal/renewal-engine.ts'
import { runRenewalWorld } from '../renewal/renewal-world.ts'
import type { WorldName } from '../worlds.ts'
import { inTrap } from './in-trap.ts'

/** What to try, in which kind of world, and for how long. */
export interface MutantTrial {
  /** Of the copy's file that the world imports. */
  readonly path: string
  readonly world: WorldName
  readonly mostSeeds: number
}

/** `undefined`: no world noticed anything. */
export type MutantVerdict = { readonly seed: string; readonly violation: string } | undefined

const { path, world, mostSeeds } = workerData as MutantTrial

/** How a world is run with what was imported; without it, with ours. */
const runs = {
  renewal: (seed: string, engine: unknown) =>
    runRenewalWorld({ seed, engine: (engine as RenewalEngine | undefined) ?? ourEngine }),
  chat: (seed: string, chat: unknown) => runChatWorld({ seed, chat: (chat as ChatPackage | undefined) ?? ourChat }),
}

/** What one world finds wrong; a world that breaks down under what it tries has noticed it, too. */
async function findFault(seed: string, tried?: unknown): Promise<string | undefined> {
  try {
    return (await inTrap(() => runs[world](seed, tried))).violations[0]
  } catch (error) {
    return String(error)
  }
}

async function tryMutant(): Promise<MutantVerdict> {
  const tried = (await import(pathToFileURL(path).href)) as unknown
  for (let n = 0; n < mostSeeds; n++) {
    const seed = `mutant ${n}`
    const violation = await findFault(seed, tried)
    // Where ours fails as well, the world has found something, but not the mutant.
    if (violation !== undefined && (await findFault(seed)) === undefined) return { seed, violation }
  }
  return undefined
}

parentPort?.postMessage(await tryMutant())
