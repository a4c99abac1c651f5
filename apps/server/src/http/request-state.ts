import type { IncomingMessage } from 'node:http'
import { decodeVisitorId, headers, type RefusalCode, type VisitorId } from '@helvino/protocol'
import type { FastifyRequest } from 'fastify'
import type { AgentSession } from '../auth/agents.ts'
import type { Authentication, Credentials, Principal } from '../auth/principal.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the one guard; `undefined` on routes for anyone. */
    principal: Principal | undefined
    agentSession: AgentSession | undefined
    /** When the one guard looked, monotonic ms. */
    guardedAtMs: number
    /** Why the one guard let nobody in. */
    turnedAway: Extract<Authentication, { kind: 'refused' }> | undefined
    /** What the answer refuses it with. */
    refusedWith: RefusalCode | undefined
  }
}

/** What of a request is looked at before it has a route: Fastify's, or Node's own. */
export type WithHeaders = Pick<IncomingMessage, 'headers'>

const headerOf = (request: WithHeaders, name: string): string | undefined => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

export type VisitorHeader =
  | { readonly kind: 'absent' }
  | { readonly kind: 'given'; readonly visitorId: VisitorId }
  | { readonly kind: 'malformed' }

/** The visitor's secret, decoded at the edge. */
export function readVisitorHeader(request: WithHeaders): VisitorHeader {
  const value = headerOf(request, headers.visitorId)
  if (value === undefined || value === '') return { kind: 'absent' }
  const visitorId = decodeVisitorId(value)
  return visitorId === undefined ? { kind: 'malformed' } : { kind: 'given', visitorId }
}

/** The site's word for who its visitor is, unchecked; `undefined` where there is none. */
export const readIdentityHeader = (request: WithHeaders): string | undefined =>
  headerOf(request, headers.visitorIdentity)

export function readCredentials(request: WithHeaders): Credentials {
  return {
    orgKey: headerOf(request, headers.orgKey),
    siteId: headerOf(request, headers.siteId),
    orgToken: headerOf(request, headers.orgToken),
    agentToken: headerOf(request, headers.agentToken),
    visitorId: headerOf(request, headers.visitorId),
    origin: headerOf(request, 'origin'),
    fetchSite: headerOf(request, 'sec-fetch-site'),
  }
}

export const readIdempotencyKey = (request: FastifyRequest): string | undefined =>
  headerOf(request, headers.idempotencyKey)

type Of<Kind extends Principal['kind']> = Extract<Principal, { kind: Kind }>

function wrongGuard(kind: string): Error {
  return new Error(`A route for "${kind}" was reached without that principal: its role in the route table is wrong.`)
}

export function publicOf(request: FastifyRequest): Of<'public'> {
  if (request.principal?.kind !== 'public') throw wrongGuard('public')
  return request.principal
}

export function visitorOf(request: FastifyRequest): Of<'visitor'> {
  if (request.principal?.kind !== 'visitor') throw wrongGuard('visitor')
  return request.principal
}

export function agentOf(request: FastifyRequest): Of<'agent'> {
  if (request.principal?.kind !== 'agent') throw wrongGuard('agent')
  return request.principal
}

export function sessionOf(request: FastifyRequest): AgentSession {
  if (request.agentSession === undefined) throw wrongGuard('session')
  return request.agentSession
}
