import type { AgentRole, OrgId, PublicVisitorId, RefusalCode } from '@helvino/protocol'
import type { KnownCaller } from '../admission/admission.ts'
import type { Org } from '../store/contract.ts'

/** Who asks. Made by `authenticate()` alone, for HTTP and the socket alike. */
export type Principal =
  /** Anybody who names an org by its public key, from an origin that the org admits. */
  | { readonly kind: 'public'; readonly org: Org }
  | {
      readonly kind: 'visitor'
      readonly org: Org
      /** `undefined` for a token that is bound to no visitor: it may only create a conversation. */
      readonly visitorId: PublicVisitorId | undefined
      readonly issuedAtMs: number
      readonly expiresAtMs: number
    }
  | {
      readonly kind: 'agent'
      readonly orgId: OrgId
      readonly userId: string
      /** The login that the token was made from. */
      readonly sessionId: string
      /** As it was when this was asked, whatever the token says. */
      readonly role: AgentRole
      readonly issuedAtMs: number
      readonly expiresAtMs: number
    }

/** As limits are counted. */
export function callerOf(principal: Principal): KnownCaller {
  switch (principal.kind) {
    case 'public':
      return { kind: 'public', orgId: principal.org.id }
    case 'visitor':
      return { kind: 'visitor', orgId: principal.org.id, visitorId: principal.visitorId }
    case 'agent':
      return { kind: 'agent', orgId: principal.orgId, userId: principal.userId }
  }
}

/** The role that an agent has in the org through this login right now; `undefined` once that is over, or they are no member. */
export type FindAgentRole = (wanted: {
  readonly sessionId: string
  readonly userId: string
  readonly orgId: OrgId
  readonly nowMs: number
}) => Promise<AgentRole | undefined>

/** The least that a route or frame asks of its caller. `anyone` is for pages and health; every other role passes `authenticate()`. */
export type Role = 'anyone' | 'public' | 'visitor' | AgentRole

export interface Credentials {
  readonly orgKey: string | undefined
  readonly siteId: string | undefined
  readonly orgToken: string | undefined
  readonly agentToken: string | undefined
  /** The visitor's secret. */
  readonly visitorId: string | undefined
  /** `Origin` and `Sec-Fetch-Site` as they came. */
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
}

export type Authentication =
  | { readonly kind: 'granted'; readonly principal: Principal }
  | {
      readonly kind: 'refused'
      readonly code: RefusalCode
      readonly hint?: string
      /** Set with `rate_limited`. */
      readonly retryAfterSeconds?: number
      /** The organisation that was asked for, where that is certain: by a token that we signed, or because it is public. */
      readonly org?: Pick<Org, 'id' | 'key'>
    }
