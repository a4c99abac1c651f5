import type { ForeignChange, OtherServers } from '../store/changes.ts'
import type { FanOut } from './contract.ts'

type Event = Parameters<FanOut['publish']>[0]

/**
 * A message and a conversation are heard of by the others through the database, in the transaction that stores them. A note is passed on,
 * and what was deleted: where that is lost, whoever opens the conversation finds the note, or nothing.
 */
const isHeardOf = (event: Event): boolean => 'conversation' in event

/** One event for each message, and one for a conversation that changed without one. */
function eventsOf({ orgId, conversation, messages, audience }: ForeignChange): readonly Event[] {
  const { id: conversationId, visitorId } = conversation
  const common = { orgId, conversationId, visitorId, conversation, audience }
  return messages.length === 0
    ? [{ ...common, message: undefined }]
    : messages.map((message) => ({ ...common, message }))
}

/** Fan-out among the servers on one database: `local` is told what happens here, and what is heard of the others. */
export function createFanOutAmongServers(local: FanOut, others: Pick<OtherServers, 'pass'>) {
  const lossListeners = new Set<() => void>()
  const fanOut: FanOut = {
    publish(event) {
      local.publish(event)
      if (!isHeardOf(event)) others.pass(event)
    },
    subscribe: (listener) => local.subscribe(listener),
    onLoss(listener) {
      lossListeners.add(listener)
      return () => {
        lossListeners.delete(listener)
      }
    },
  }
  return {
    fanOut,
    /** What is to be done with what is heard. */
    hears: {
      onChange(change: ForeignChange) {
        for (const event of eventsOf(change)) local.publish(event)
      },
      onPassed(event: object) {
        // Written by a server of the same version.
        local.publish(event as Event)
      },
      onMissed() {
        for (const listener of lossListeners) listener()
      },
    },
  }
}
