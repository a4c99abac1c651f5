import { openLimits, type OrgId, type PublicVisitorId, type Rate, rateLimits } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import type { CallerAddress } from './caller-address.ts'
import type { Overload } from './overload.ts'
import { type LeavePlace, OpenPlaces } from './open-places.ts'
import { Remembered } from './remembered.ts'
import { priceOf, TokenBuckets } from './token-buckets.ts'

/** Who asks, once that is certain: by a token that we signed, or an organisation that was looked up. */
export type KnownCaller =
  | { readonly kind: 'public'; readonly orgId: OrgId }
  | { readonly kind: 'visitor'; readonly orgId: OrgId; readonly visitorId: PublicVisitorId | undefined }
  | { readonly kind: 'agent'; readonly orgId: OrgId; readonly userId: string }

/** What is asked for, where that has a limit of its own beside that of every call. */
export type LimitedDeed = 'call' | 'open' | 'message' | 'hello'

export interface Admission {
  /** Before anything else of a request. Each of these gives 0, or the whole seconds after which to come again. */
  takeRequest(address: CallerAddress): number
  /** Before the organisation is looked up, a password is hashed, or a conversation is made. */
  takeUnknown(deed: 'bootloader' | 'login' | 'open', address: CallerAddress): number
  /** Where the server as a whole has more to do than it can: for the same callers. */
  takeUnderLoad(): number
  /** Once it is certain who asks, and before anything is read for them. */
  takeKnown(caller: KnownCaller, deed: LimitedDeed): number
  /** A request held more messages than the one that was paid for. */
  oweMessages(caller: KnownCaller, count: number): void
  /** Whoever shows this token was told to wait, and comes before that: told so again, at the cost of one look. */
  takeToken(token: string): number
  /** Whoever shows this token, which we signed, was told to wait so long. */
  rememberToken(token: string, waitSeconds: number): void
  /** A socket is open; `undefined` where there is no room for another one. */
  enterSocket(address: CallerAddress): LeavePlace | undefined
  enterMember(caller: KnownCaller): LeavePlace | undefined
  enterWaitingRead(caller: KnownCaller): LeavePlace | undefined
  /** A request of this organisation is worked on. */
  enterRequest(orgId: OrgId): LeavePlace | undefined
  /** Whoever shows this token has to wait for a moment, for there is no room: gives the whole seconds. */
  turnAwayBriefly(token: string | undefined): number
  /** In how many ms to come again where there was no room. */
  comeBackInMs(): number
}

export interface AdmissionOptions {
  readonly clock: Clock
  readonly random: Random
  /** Multiplies every limit; 0: none holds. */
  readonly scale: number
  readonly overload: Pick<Overload, 'take' | 'share'>
}

/** Where there is no room, one place is as good as another: spread over so long, in ms, and not before half of it. */
const fullForMs = 60_000
/** Who was told to come later is spread over so many whole seconds more, so that a refused crowd does not return as one. */
const jitterSeconds = 4

/** Whoever comes too early is turned away by their token alone for so long, and then looked at again. */
const longestToldSeconds = 10

const leaveNothing: LeavePlace = () => undefined

const memberOf = (caller: KnownCaller): string => {
  switch (caller.kind) {
    case 'public':
      return caller.orgId
    // No id holds a space.
    case 'visitor':
      return `${caller.orgId} ${caller.visitorId ?? ''}`
    case 'agent':
      return `${caller.orgId} ${caller.userId}`
  }
}

function createBuckets(scale: number) {
  const bucketsOf = (rate: Rate) => new TokenBuckets(priceOf(rate, scale))
  return {
    address: bucketsOf(rateLimits.address),
    addressBootloader: bucketsOf(rateLimits.addressBootloader),
    addressOpen: bucketsOf(rateLimits.addressOpen),
    addressLogin: bucketsOf(rateLimits.addressLogin),
    orgBootloader: bucketsOf(rateLimits.orgBootloader),
    orgCalls: bucketsOf(rateLimits.orgCalls),
    orgAgentCalls: bucketsOf(rateLimits.orgAgentCalls),
    orgHellos: bucketsOf(rateLimits.orgHellos),
    visitorCalls: bucketsOf(rateLimits.visitorCalls),
    visitorMessages: bucketsOf(rateLimits.visitorMessages),
    visitorOpen: bucketsOf(rateLimits.visitorOpen),
    agentCalls: bucketsOf(rateLimits.agentCalls),
  }
}

type Buckets = ReturnType<typeof createBuckets>

/** One's own buckets first: who has used those up takes nothing from the organisation, and so from nobody else. */
function takeKnownMs(
  buckets: Buckets,
  caller: KnownCaller,
  deed: LimitedDeed,
  { nowMs, share }: { readonly nowMs: number; readonly share: number },
): number {
  const { orgId } = caller
  if (caller.kind === 'public') return buckets.orgBootloader.take(orgId, nowMs, share)
  const member = memberOf(caller)
  if (caller.kind === 'agent')
    return (
      buckets.agentCalls.take(member, nowMs) ||
      (deed === 'hello' ? buckets.orgHellos : buckets.orgAgentCalls).take(orgId, nowMs, share)
    )
  // Whoever has a token that is bound to nobody is one of many, and counted by their address and their organisation alone.
  const own =
    caller.visitorId === undefined
      ? 0
      : buckets.visitorCalls.take(member, nowMs) ||
        (deed === 'message' ? buckets.visitorMessages.take(member, nowMs) : 0) ||
        (deed === 'open' ? buckets.visitorOpen.take(member, nowMs) : 0)
  return own || (deed === 'hello' ? buckets.orgHellos : buckets.orgCalls).take(orgId, nowMs, share)
}

function createPlaces(scale: number, overload: Pick<Overload, 'share'>) {
  const placesOf = (most: number) => new OpenPlaces(most * scale)
  const [addressSockets, memberSockets, orgSockets] = [
    placesOf(openLimits.addressSockets),
    placesOf(openLimits.memberSockets),
    placesOf(openLimits.orgSockets),
  ]
  const [memberReads, orgRequests] = [placesOf(openLimits.memberReads), placesOf(openLimits.orgRequests)]
  return {
    enterSocket: (address) => (address.isLimited ? addressSockets.enter(address.key) : leaveNothing),
    enterMember(caller) {
      const leaveMember = memberSockets.enter(memberOf(caller))
      const leaveOrg = leaveMember && orgSockets.enter(caller.orgId)
      if (!leaveOrg) {
        leaveMember?.()
        return undefined
      }
      return () => {
        leaveMember()
        leaveOrg()
      }
    },
    enterWaitingRead: (caller) => memberReads.enter(memberOf(caller)),
    enterRequest: (orgId) => orgRequests.enter(orgId, overload.share()),
  } satisfies Partial<Admission>
}

/**
 * What the server does not do for everybody who asks, decided before it costs anything: buckets in memory, each thing and each kind of caller with
 * its own, so that nobody uses up what another one needs. Limits by address hold where the address is one caller's; see `caller-address.ts`.
 */
export function createAdmission({ clock, random, scale, overload }: AdmissionOptions): Admission {
  const buckets = createBuckets(scale)
  const told = new Remembered<number>()
  const secondsOf = (waitMs: number): number =>
    waitMs === 0 ? 0 : Math.ceil(waitMs / 1_000) + Math.floor(random.fraction() * jitterSeconds)
  const rememberToken = (token: string, waitSeconds: number): void => {
    // Half a second less than they were told: their clock may run ahead of ours.
    told.keep(token, clock.monotonicMs() + Math.min(waitSeconds, longestToldSeconds) * 1_000 - 500)
  }
  const ofAddress = { bootloader: buckets.addressBootloader, login: buckets.addressLogin, open: buckets.addressOpen }

  return {
    ...createPlaces(scale, overload),
    takeRequest: ({ key, isLimited }) => (isLimited ? secondsOf(buckets.address.take(key, clock.monotonicMs())) : 0),
    takeUnknown: (deed, { key, isLimited }) =>
      isLimited ? secondsOf(ofAddress[deed].take(key, clock.monotonicMs())) : 0,
    takeUnderLoad: () => (scale === 0 ? 0 : secondsOf(overload.take())),
    takeKnown: (caller, deed) =>
      secondsOf(takeKnownMs(buckets, caller, deed, { nowMs: clock.monotonicMs(), share: overload.share() })),
    oweMessages(caller, count) {
      const nowMs = clock.monotonicMs()
      if (caller.kind === 'agent') buckets.orgAgentCalls.owe(caller.orgId, count, nowMs)
      else buckets.orgCalls.owe(caller.orgId, count, nowMs)
      if (caller.kind === 'visitor') buckets.visitorMessages.owe(memberOf(caller), count, nowMs)
    },
    takeToken(token) {
      const untilMs = told.find(token)
      if (untilMs === undefined) return 0
      const leftMs = untilMs - clock.monotonicMs()
      if (leftMs > 0) return Math.ceil(leftMs / 1_000)
      told.forget(token)
      return 0
    },
    rememberToken,
    turnAwayBriefly(token) {
      const waitSeconds = secondsOf(1_000)
      if (token !== undefined) rememberToken(token, waitSeconds)
      return waitSeconds
    },
    comeBackInMs: () => Math.round((fullForMs * (1 + random.fraction())) / 2),
  }
}
