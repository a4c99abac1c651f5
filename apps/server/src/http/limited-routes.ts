import type { RefusalCode } from '@helvino/protocol'
import type { Admission, LimitedDeed } from '../admission/admission.ts'
import type { CallerAddress, FindAddress } from '../admission/caller-address.ts'
import type { Authentication } from '../auth/principal.ts'
import type { RefusalDetail } from './refuse.ts'

export interface LimitOptions {
  readonly admission: Admission
  readonly findAddress: FindAddress
}

/** Why a request goes no further. */
export interface TurnedAway extends RefusalDetail {
  readonly kind: 'turned-away'
  readonly code: RefusalCode
  /** What `authenticate` has said, where it was asked. */
  readonly authentication?: Extract<Authentication, { kind: 'refused' }>
}

export interface RouteLimit {
  /** Counted by the address of the caller, before it is known who that is. */
  readonly unknown?: Parameters<Admission['takeUnknown']>[0]
  /** Counted by who it is. */
  readonly known?: LimitedDeed
}

/** Routes that have a limit of their own beside that of every call, by their pattern: an address spells one route in many ways. */
const limitedRoutes: Readonly<Record<string, RouteLimit>> = {
  'GET /api/bootloader': { unknown: 'bootloader' },
  'POST /conversations': { unknown: 'open', known: 'open' },
  'POST /conversations/:id/messages': { known: 'message' },
  'POST /conversations/:id/messages/batch': { known: 'message' },
  'POST /api/agent/login': { unknown: 'login' },
  'GET /api/invitation': { unknown: 'login' },
  'POST /api/invitation/accept': { unknown: 'login' },
  'POST /api/agent/logout': { unknown: 'login' },
  'GET /api/agent/session': { unknown: 'login' },
  'POST /api/agent/token': { unknown: 'login' },
}

const unlimited: RouteLimit = {}

/** A `HEAD` costs what its `GET` costs. */
export const limitOfRoute = (method: string, pattern: string | undefined): RouteLimit =>
  limitedRoutes[`${method === 'HEAD' ? 'GET' : method} ${pattern ?? ''}`] ?? unlimited

/** Refuses what is costly and asked for by nobody knows whom, before it costs anything; `undefined` where it may go on. */
export function refuseUnknown(
  admission: Pick<Admission, 'takeUnknown' | 'takeUnderLoad'>,
  deed: RouteLimit['unknown'],
  address: () => CallerAddress,
): TurnedAway | undefined {
  if (deed === undefined) return undefined
  const waitSeconds = admission.takeUnknown(deed, address())
  if (waitSeconds > 0) return { kind: 'turned-away', code: 'rate_limited', retryAfterSeconds: waitSeconds }
  // Whoever opens a conversation has a token: they are let in already.
  const loadSeconds = deed === 'open' ? 0 : admission.takeUnderLoad()
  return loadSeconds > 0 ? { kind: 'turned-away', code: 'unavailable', retryAfterSeconds: loadSeconds } : undefined
}
