import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Admission, LimitedDeed } from '../admission/admission.ts'
import type { FindAddress } from '../admission/caller-address.ts'
import { refuse } from './refuse.ts'

export interface LimitOptions {
  readonly admission: Admission
  readonly findAddress: FindAddress
}

interface RouteLimit {
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

export const limitOfRoute = (method: string, pattern: string): RouteLimit =>
  limitedRoutes[`${method} ${pattern}`] ?? unlimited

/** Refuses what is costly and asked for by nobody knows whom, before it costs anything. */
export function refuseUnknown(
  request: FastifyRequest,
  reply: FastifyReply,
  { admission, findAddress }: LimitOptions,
  deed: RouteLimit['unknown'],
): boolean {
  if (deed === undefined) return false
  const waitSeconds = admission.takeUnknown(deed, findAddress(request.raw))
  if (waitSeconds > 0) {
    refuse(reply, 'rate_limited', { retryAfterSeconds: waitSeconds })
    return true
  }
  // Whoever opens a conversation has a token: they are let in already.
  const loadSeconds = deed === 'open' ? 0 : admission.takeUnderLoad()
  if (loadSeconds > 0) refuse(reply, 'unavailable', { retryAfterSeconds: loadSeconds })
  return loadSeconds > 0
}
