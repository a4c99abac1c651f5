import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface LoadRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Each `idMark` in it becomes an id of its own each time it is sent. */
  readonly body?: string
}

/** Stands for an id: as long as one, so that no length changes. */
export const idMark = '#'.repeat(36)

export interface LoadOrder {
  /** Sent one after the other, again and again. */
  readonly requests: readonly LoadRequest[]
  readonly connections: number
  /** Requests that become due in a second, whether or not those before have been answered; 0: each as soon as a connection is free. */
  readonly perSecond: number
  readonly forMs: number
}

export interface LoadFigures {
  readonly answered: number
  /** How many were answered with each status. */
  readonly statuses: Readonly<Record<string, number>>
  readonly perSecond: number
  /** From when the request was due to the end of its answer, ms. */
  readonly medianMs: number
  readonly p99Ms: number
  /** CPU of the process that asks, for each answer, µs. */
  readonly clientCpuUs: number
}

/** Clients in a process of their own, which ask for `forMs`. */
export async function runLoad(order: LoadOrder): Promise<LoadFigures> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'clients.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(order))
  return JSON.parse(await text(child.stdout)) as LoadFigures
}
