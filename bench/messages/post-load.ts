import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface LoadTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface PostedLoad {
  readonly answered: number
  readonly perSecond: number
  /** From the request to the end of its answer, ms. */
  readonly medianMs: number
  readonly p99Ms: number
  /** CPU of the process that asks, for each message, µs. */
  readonly clientCpuUs: number
}

/** One client for each target, all of them in one process of their own, for `forMs`: each posts its next message when the one before has been answered. */
export async function postFor(targets: readonly LoadTarget[], forMs: number): Promise<PostedLoad> {
  const script = join(import.meta.dirname, 'post-clients.ts')
  const child = spawn(process.execPath, [script, '--ms', String(forMs)], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(targets))
  return JSON.parse(await text(child.stdout)) as PostedLoad
}
