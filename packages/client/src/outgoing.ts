import type { ConversationId, PostedMessage } from '@helvino/protocol'
import type { Channel, Runtime } from '@helvino/runtime'
import type { TokenRenewer } from '@helvino/token/core'
import type { Api } from './api.ts'
import type { CallResult } from './call.ts'
import type { ChatState } from './chat-state.ts'
import { createDeliver } from './deliver.ts'
import { DeliveryWatch } from './delivery-health.ts'
import { Outbox } from './outbox.ts'
import type { OutboxEntry } from './outbox-entry.ts'
import { outboxRecordNumber } from './outbox-record.ts'
import { Sender } from './sender.ts'

export interface OutgoingPorts {
  readonly runtime: Runtime
  readonly api: Api
  readonly renewer: TokenRenewer
  /** Of the outbox, made by `ownedName`. */
  readonly name: string
  /** True where the server numbers every message: an answer without a number is then not the server's. */
  readonly isSequenced: () => boolean
  readonly openConversation: (signal: AbortSignal) => Promise<CallResult<ConversationId>>
  /** The server does not know this conversation (any more). */
  readonly onGone: (id: ConversationId) => void
  /** The server has it. Called before the entry leaves the outbox, so that it never vanishes from the timeline in between. */
  readonly onAccepted: (entry: OutboxEntry, conversationId: ConversationId, posted: PostedMessage) => void
  readonly onChange: (change: Partial<ChatState>) => void
  /** Another tab has kept something. */
  readonly onHeard: () => void
}

/** Everything on its way out: the outbox that the tabs share, its sender, what they say to each other, and how the sending goes. */
export class Outgoing {
  readonly outbox: Outbox
  readonly delivery: DeliveryWatch
  readonly #ports: OutgoingPorts
  readonly #sender: Sender
  #line: Channel | undefined

  constructor(ports: OutgoingPorts, signal: AbortSignal) {
    const { runtime, api, name, onAccepted, onChange } = ports
    const { clock, random, life, values, storage } = runtime
    const laneOf = ({ conversationId }: OutboxEntry) =>
      api.audience.kind === 'visitor' ? 'own' : (conversationId ?? 'own')
    this.#ports = ports
    this.delivery = new DeliveryWatch(
      () => this.outbox.isPending,
      (delivery) => {
        onChange({ delivery })
      },
    )
    this.outbox = new Outbox({
      ...{ name: `${name}/${outboxRecordNumber}`, clock, random, values, storage, laneOf },
      onChange: () => {
        const { entries, durability } = this.outbox
        onChange({ outbox: entries, durability })
        this.delivery.look()
        this.#sender.run()
      },
      onKept: () => {
        this.#line?.post(false)
      },
    })
    const deliver = createDeliver({
      ...ports,
      outbox: this.outbox,
      onWaiting: (change) => {
        this.delivery.countWaiting(change)
      },
    })
    this.#sender = new Sender(
      this.outbox,
      laneOf,
      {
        ...{ clock, random, life, deliver },
        mostAtOnce: () => api.batchMessages,
        onAccepted,
        onAttempt: (isAnswered) => {
          this.delivery.hearAttempt(isAnswered)
        },
      },
      signal,
    )
  }

  /** Takes part: hears the other tabs, and may send. */
  wake(): Promise<void> {
    const { runtime, name } = this.#ports
    // What is said is only whether it is a reason to try again. There is no more to say: what is kept can be read.
    this.#line ??= runtime.channels.open(name, (isHurry) => {
      void this.outbox.sync()
      if (isHurry) this.#sender.hurry()
      else this.#ports.onHeard()
    })
    return this.outbox.wake()
  }

  /** The page is left: nothing may hold it, and another tab sends what waits. */
  rest(): void {
    void this.outbox.rest()
    this.#line?.close()
    this.#line = undefined
  }

  /** A reason to try again, in whichever tab sends. */
  hurry(): void {
    this.#sender.hurry()
    this.#line?.post(true)
  }
}
