import type { ConversationId, OrgId, Sequence } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import type { FanOut } from '../fan-out/contract.ts'

/** Long-polls that one process holds open at a time; beyond it a read is answered at once. */
const maxWaitingReads = 2_000
/** The longest wait of a long-poll, in ms: below the 30 s after which common proxies cut an idle request. */
export const longestReadWaitMs = 25_000

export interface WaitingRead {
  /** Resolves when something newer may be there, the time is up, or the server stops. Never rejects. */
  readonly woken: Promise<void>
  readonly cancel: () => void
}

/** Reads that wait for the next message of a conversation, for networks that block sockets. */
export interface WaitingReads {
  /** Start before reading, so that nothing falls between the read and the wait. */
  wait(orgId: OrgId, conversationId: ConversationId, after: Sequence, waitMs: number): WaitingRead
  /** Wakes all, for good. */
  stop(): void
}

interface Waiter {
  readonly after: Sequence
  readonly wake: () => void
}

export function createWaitingReads(fanOut: FanOut, clock: Clock): WaitingReads {
  const waiters = new Map<string, Set<Waiter>>()
  let count = 0
  let isStopped = false
  const unsubscribe = fanOut.subscribe((event) => {
    if (!('conversation' in event) || !event.message) return
    const { orgId, conversationId, message } = event
    for (const waiter of waiters.get(`${orgId}/${conversationId}`) ?? [])
      if (message.sequence > waiter.after) waiter.wake()
  })
  const wakeAll = () => {
    for (const group of [...waiters.values()]) for (const { wake } of [...group]) wake()
  }
  const unsubscribeLoss = fanOut.onLoss(wakeAll)

  return {
    wait(orgId, conversationId, after, waitMs) {
      if (isStopped || count >= maxWaitingReads) return { woken: Promise.resolve(), cancel: () => undefined }
      const key = `${orgId}/${conversationId}`
      const { promise, resolve } = Promise.withResolvers<void>()
      const group = waiters.get(key) ?? new Set<Waiter>()
      waiters.set(key, group)
      const wake = () => {
        if (!group.delete(waiter)) return
        count -= 1
        cancelTimer()
        if (group.size === 0 && waiters.get(key) === group) waiters.delete(key)
        resolve()
      }
      const waiter: Waiter = { after, wake }
      const cancelTimer = clock.startTimer(Math.min(waitMs, longestReadWaitMs), wake)
      group.add(waiter)
      count += 1
      return { woken: promise, cancel: wake }
    },
    stop() {
      isStopped = true
      unsubscribe()
      unsubscribeLoss()
      wakeAll()
    },
  }
}
