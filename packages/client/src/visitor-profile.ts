import { asRecord, asString, type VisitorChange, visitorLimits } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { CallResult } from './call.ts'
import type { ChatClient } from './chat-client.ts'

/** What a visitor's page wants to know of what is kept. */
export interface KeptProfile {
  readonly email: string | undefined
}

function decodeKept(body: unknown): KeptProfile | undefined {
  const visitor = asRecord(asRecord(body)?.['visitor'])
  return visitor && { email: asString(visitor['email']) }
}

/** Tries of one change; a server asks for patience where another tab has just told something. */
const mostTries = 3

/**
 * Tells the server who the visitor is and where. What is told while an earlier change waits goes with it, the later word counting; the server
 * takes one in five seconds, so that long is waited. Best effort: `unreachable` is the end of it, and nothing of the chat waits for it.
 */
export function createUpdateVisitor(
  { api }: Pick<ChatClient, 'api'>,
  clock: Clock,
  signal: AbortSignal,
): (change: VisitorChange) => Promise<CallResult<KeptProfile>> {
  let waiting: { change: VisitorChange; readonly result: Promise<CallResult<KeptProfile>> } | undefined
  let freeAtMs = 0

  const untilFree = () =>
    new Promise<void>((resolve) => {
      clock.startTimer(Math.max(0, freeAtMs - clock.monotonicMs()), resolve)
    })

  function put(change: VisitorChange): Promise<CallResult<KeptProfile>> {
    const { apiUrl, identity } = api.audience
    const headers = { ...identity, 'content-type': 'application/json' }
    const body = JSON.stringify(change)
    return api.call({ method: 'PUT', url: `${apiUrl}/api/visitor`, headers, body }, decodeKept, signal)
  }

  async function tell(): Promise<CallResult<KeptProfile>> {
    await untilFree()
    const change = waiting?.change ?? {}
    waiting = undefined
    for (let tries = 1; ; tries += 1) {
      const result = await put(change)
      const askedMs = result.kind === 'unreachable' ? result.retryAfterMs : undefined
      freeAtMs = clock.monotonicMs() + (askedMs ?? visitorLimits.everyMs)
      if (askedMs === undefined || tries === mostTries || signal.aborted) return result
      await untilFree()
    }
  }

  return (change) => {
    if (waiting) waiting.change = { ...waiting.change, ...change }
    else waiting = { change, result: tell() }
    return waiting.result
  }
}
