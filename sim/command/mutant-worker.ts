import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import { runChatWorld } from '../chat/chat-world.ts'
import { ourChat, type ChatPackage } from '../chat/chat-package.ts'
import { ourEngine, type RenewalEngine } from '../renewal/renewal-engine.ts'
import { runRenewalWorld } from '../renewal/renewal-world.ts'
import { ourServer, type ServerPackage } from '../chat/server/server-package.ts'
import { inTrap } from './in-trap.ts'
import type { MutantPart } from '../mutants/mutant.ts'

/** What to try, in the place of which part of a world, and for how long. */
export interface MutantTrial {
  /** Of the copy's file that the world imports. */
  readonly path: string
  readonly part: MutantPart
  readonly mostSeeds: number
}

export type MutantVerdict =
  | { readonly kind: 'killed'; readonly seed: string; readonly violation: string }
  /** So many worlds noticed nothing. */
  | { readonly kind: 'lives'; readonly worlds: number }

/** What a worker says: which world it begins, and at last how it ended. */
export type MutantWord = MutantVerdict | { readonly kind: 'begun'; readonly seed: string }

const { path, part, mostSeeds } = workerData as MutantTrial

/** How a world is run with what was imported; without it, with ours. */
const runs = {
  token: (seed: string, engine: unknown) =>
    runRenewalWorld({ seed, engine: (engine as RenewalEngine | undefined) ?? ourEngine }),
  client: (seed: string, chat: unknown) =>
    runChatWorld({ seed, stopsAtViolation: true, chat: (chat as ChatPackage | undefined) ?? ourChat }),
  server: (seed: string, server: unknown) =>
    runChatWorld({ seed, stopsAtViolation: true, server: (server as ServerPackage | undefined) ?? ourServer }),
}

/** What one world finds wrong; a world that breaks down under what it tries has noticed it, too. */
async function findFault(seed: string, tried?: unknown): Promise<string | undefined> {
  try {
    return (await inTrap(() => runs[part](seed, tried))).violations[0]
  } catch (error) {
    return String(error)
  }
}

async function tryMutant(): Promise<MutantVerdict> {
  const tried = (await import(pathToFileURL(path).href)) as unknown
  for (let n = 0; n < mostSeeds; n++) {
    const seed = `mutant ${n}`
    parentPort?.postMessage({ kind: 'begun', seed } satisfies MutantWord)
    const violation = await findFault(seed, tried)
    // Where ours fails as well, the world has found something, but not the mutant.
    if (violation !== undefined && (await findFault(seed)) === undefined) return { kind: 'killed', seed, violation }
  }
  return { kind: 'lives', worlds: mostSeeds }
}

parentPort?.postMessage(await tryMutant())
