import type { TokenEvent } from '@helvino/token/core'
import { describe, expect, it } from 'vitest'
import { type DeliveryHealth, DeliveryWatch } from './delivery-health.ts'

const outcome = { cause: 'use', attempt: 0, waiting: 1, tookMs: 1, isShared: false } as const
const failed = { type: 'failed', reason: 'down', isFinal: false, isServed: false, ...outcome } satisfies TokenEvent
const renewed: TokenEvent = {
  ...{ type: 'renewed', expiresAtMs: 0, waitedMs: 1, skewMs: 0, staleServes: 0 },
  ...outcome,
}

function rig() {
  const outbox = { isPending: true }
  const failing: boolean[] = []
  let health: DeliveryHealth | undefined
  const watch = new DeliveryWatch(
    () => outbox.isPending,
    (changed) => {
      if (changed.isFailing !== (health?.isFailing ?? false)) failing.push(changed.isFailing)
      health = changed
    },
  )
  return { outbox, failing, watch, health: () => health }
}

describe('the health of delivery', () => {
  it('[DH1] fails once in an outage, though tokens are renewed while writes get no answer (S11)', () => {
    const { watch, failing } = rig()
    watch.hearAttempt(false)
    watch.hearRenewal(renewed)
    watch.hearAttempt(false)
    watch.hearRenewal(renewed)
    expect(failing).toEqual([true])
    watch.hearAttempt(true)
    expect(failing).toEqual([true, false])
  })

  it('[DH2] fails with a renewal only where a write waits for it, and not for a final no (S10, S11)', () => {
    const { watch, failing } = rig()
    watch.hearRenewal(failed)
    expect(failing).toEqual([])
    watch.countWaiting(1)
    watch.hearRenewal({ ...failed, isFinal: true })
    expect(failing).toEqual([])
    watch.hearRenewal(failed)
    watch.hearRenewal(renewed)
    expect(failing).toEqual([true, false])
  })

  it('[DH3] is well again once nothing is left to send, however that came about (S11)', () => {
    const { watch, outbox, failing, health } = rig()
    watch.hearAttempt(false)
    outbox.isPending = false
    watch.look()
    watch.hearAttempt(false)
    expect(failing).toEqual([true, false])
    expect(health()).toEqual({ isWaitingForToken: false, isFailing: false })
  })
})
