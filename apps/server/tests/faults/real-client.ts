import { type ChatClient, createVisitorClient } from '@helvino/client'
import type { Clock } from '@helvino/runtime'
import { anyChannels, anyLocks, anyRandom } from '@helvino/runtime/system-anywhere'
import { browserOpenSocket, browserRequest } from '@helvino/runtime/system-browser'
import { SimLife, SimStorage } from '@helvino/testkit'
import { PacedClock } from './paced-clock.ts'

export interface RealClient {
  readonly client: ChatClient
  /** The page's life, led by the test. */
  readonly life: SimLife
  /** Sends and waits until the outbox has taken it. */
  say(text: string): Promise<void>
  /** Nothing waits to be sent. */
  isQuiet(): boolean
  /** Texts of the conversation as it is shown, in order, each with its state. */
  shown(): readonly string[]
}

/** A visitor's client as a page has it, over the real network of this process: only its clock runs as the test wants. */
export function openRealClient(
  apiUrl: string,
  clock: Clock = new PacedClock(),
  visitorId = `v_${crypto.randomUUID()}`,
): RealClient {
  const life = new SimLife()
  const network = { request: browserRequest, openSocket: browserOpenSocket }
  const client = createVisitorClient({
    runtime: {
      clock,
      random: anyRandom,
      network,
      locks: anyLocks,
      channels: anyChannels,
      life,
      values: [],
      storage: new SimStorage(),
    },
    apiUrl,
    site: { orgKey: 'demo' },
    visitorId,
  })
  return {
    client,
    life,
    async say(text) {
      const { kind } = await client.send(text)
      if (kind !== 'queued') throw new Error(`the outbox says ${kind}`)
    },
    isQuiet: () => client.state.outbox.length === 0,
    shown: () =>
      client.timeline().map((item) => {
        switch (item.kind) {
          case 'confirmed':
            return item.message.content
          default:
            return `${item.kind}: ${JSON.stringify(item)}`
        }
      }),
  }
}
