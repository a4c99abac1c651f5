import { openLimits, type OrgId, type PublicVisitorId, rateLimits } from '@helvino/protocol'
import { SimClock, SimRandom } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createAdmission, type KnownCaller } from './admission.ts'

function open(scale = 1, share = 1) {
  const clock = new SimClock()
  const random = new SimRandom('admission')
  return {
    clock,
    admission: createAdmission({ clock, random, scale, overload: { take: () => 0, share: () => share } }),
  }
}

const orgId = 'org-a' as OrgId
const otherOrgId = 'org-b' as OrgId
const visitorOf = (n: number, org = orgId): KnownCaller => ({
  kind: 'visitor',
  orgId: org,
  visitorId: `p_${String(n)}` as PublicVisitorId,
})
const agent: KnownCaller = { kind: 'agent', orgId, userId: 'u1' }
const office = { key: '203.0.113.1', isLimited: true }
const many = (count: number, take: () => number) => Array.from({ length: count }, take)
const letIn = (waits: readonly number[]) => waits.filter((waitSeconds) => waitSeconds === 0).length

describe('admission', () => {
  it('[RL9] lets 200 people behind one address begin a conversation and write, all at once', () => {
    const { admission } = open()
    for (let n = 0; n < 200; n += 1) {
      const waits = [
        ...many(6, () => admission.takeRequest(office)),
        ...many(2, () => admission.takeUnknown('bootloader', office)),
        admission.takeUnknown('open', office),
        admission.takeKnown(visitorOf(n), 'open'),
        ...many(3, () => admission.takeKnown(visitorOf(n), 'message')),
        admission.takeKnown(visitorOf(n), 'hello'),
      ]
      expect(
        waits.every((waitSeconds) => waitSeconds === 0),
        `visitor ${n}`,
      ).toBe(true)
      expect(admission.enterSocket(office)).toBeDefined()
    }
  })

  it('[RL10] takes what one visitor asks too much from nobody else', () => {
    const { admission } = open()
    expect(letIn(many(50_000, () => admission.takeKnown(visitorOf(1), 'message')))).toBe(
      rateLimits.visitorMessages.burst,
    )
    expect(admission.takeKnown(visitorOf(2), 'message')).toBe(0)
    expect(admission.takeKnown(agent, 'call')).toBe(0)
  })

  it('[RL11] takes what the visitors of one organisation ask too much neither from its agents nor from another organisation', () => {
    const { admission } = open()
    let n = 0
    expect(letIn(many(50_000, () => admission.takeKnown(visitorOf((n += 1)), 'call')))).toBe(rateLimits.orgCalls.burst)
    expect(admission.takeKnown(agent, 'call')).toBe(0)
    expect(admission.takeKnown({ kind: 'public', orgId }, 'call')).toBe(0)
    expect(admission.takeKnown(visitorOf(1, otherOrgId), 'call')).toBe(0)
  })

  it('[RL12] tells everybody whom it refuses to come when there is a place for them, and up to 3 s later', () => {
    const { admission } = open()
    many(rateLimits.orgBootloader.burst, () => admission.takeKnown({ kind: 'public', orgId }, 'call'))
    const waits = many(1_000, () => admission.takeKnown({ kind: 'public', orgId }, 'call'))
    for (const [place, waitSeconds] of waits.entries()) {
      const dueInSeconds = Math.ceil((place + 1) / rateLimits.orgBootloader.perSecond)
      expect(Number.isInteger(waitSeconds)).toBe(true)
      expect(waitSeconds).toBeGreaterThanOrEqual(dueInSeconds)
      expect(waitSeconds).toBeLessThanOrEqual(dueInSeconds + 3)
    }
    expect(new Set(waits.slice(0, 100)).size).toBe(4)
  })

  it('[RL13] limits nobody by an address behind which there may be many', () => {
    const { admission } = open()
    const local = { key: '127.0.0.1', isLimited: false }
    expect(letIn(many(20_000, () => admission.takeRequest(local)))).toBe(20_000)
    expect(letIn(many(20_000, () => admission.takeUnknown('open', local)))).toBe(20_000)
    expect(letIn(many(20_000, () => admission.takeRequest(office)))).toBe(rateLimits.address.burst)
    for (let n = 0; n <= openLimits.addressSockets; n += 1) expect(admission.enterSocket(local)).toBeDefined()
  })

  it('[RL14] knows by their token who comes sooner than they were told, for 10 s at most', async () => {
    const { admission, clock } = open()
    expect(admission.takeToken('a token')).toBe(0)
    admission.rememberToken('a token', 3)
    admission.rememberToken('another', 60)
    expect(admission.takeToken('a token')).toBe(3)
    expect(admission.takeToken('one more')).toBe(0)
    await clock.advance(3_000)
    expect(admission.takeToken('a token')).toBe(0)
    expect(admission.takeToken('another')).toBeGreaterThan(0)
    await clock.advance(7_000)
    expect(admission.takeToken('another')).toBe(0)
  })

  it('[RL15] has room for so many sockets of one member, one organisation and one address, and again when one is gone', () => {
    const { admission } = open()
    const leaves = Array.from({ length: openLimits.memberSockets }, () => admission.enterMember(visitorOf(1)))
    expect(leaves.every((leave) => leave !== undefined)).toBe(true)
    expect(admission.enterMember(visitorOf(1))).toBeUndefined()
    leaves[0]?.()
    leaves[0]?.()
    expect(admission.enterMember(visitorOf(1))).toBeDefined()
    expect(admission.enterMember(visitorOf(1))).toBeUndefined()
    let opened = openLimits.memberSockets
    for (let n = 2; admission.enterMember(visitorOf(n)); n += 1) opened += 1
    expect(opened).toBe(openLimits.orgSockets)
    // Who finds no room in the organisation has used up none of their own.
    for (let n = 0; n <= openLimits.memberSockets; n += 1)
      expect(admission.enterMember(visitorOf(999_999))).toBeUndefined()
    leaves[1]?.()
    expect(admission.enterMember(visitorOf(999_999))).toBeDefined()
    expect(admission.enterMember(visitorOf(1, otherOrgId))).toBeDefined()
    const sockets = Array.from({ length: openLimits.addressSockets }, () => admission.enterSocket(office))
    expect(admission.enterSocket(office)).toBeUndefined()
    sockets[0]?.()
    expect(admission.enterSocket(office)).toBeDefined()
  })

  it('[RL16] limits nothing with a scale of 0', () => {
    const { admission } = open(0)
    expect(letIn(many(20_000, () => admission.takeRequest(office)))).toBe(20_000)
    expect(letIn(many(20_000, () => admission.takeKnown(visitorOf(1), 'message')))).toBe(20_000)
    for (let n = 0; n < 2 * openLimits.orgSockets; n += 1) expect(admission.enterMember(visitorOf(1))).toBeDefined()
  })

  it('[RL30] refuses first, while there is too much to do, the organisation that asks most', async () => {
    const { admission, clock } = open(1, 0.5)
    let n = 0
    const accepted = { noisy: 0, quiet: 0 }
    for (let step = 0; step < 400; step += 1) {
      for (let asked = 0; asked < 20; asked += 1)
        if (admission.takeKnown(visitorOf((n += 1)), 'call') === 0) accepted.noisy += 1
      if (admission.takeKnown(visitorOf((n += 1), otherOrgId), 'call') === 0) accepted.quiet += 1
      await clock.advance(20)
    }
    expect(accepted.quiet).toBe(400)
    // Half of the burst, and half of the rate over 8 s.
    expect(accepted.noisy).toBeGreaterThan(1_250)
    expect(accepted.noisy).toBeLessThan(1_350)
  })
})
