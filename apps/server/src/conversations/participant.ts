import type { OrgId, PublicVisitorId } from '@helvino/protocol'
import type { Principal } from '../auth/principal.ts'
import { refused, type Refused } from './refused.ts'

export type VisitorPrincipal = Extract<Principal, { kind: 'visitor' }>
export type AgentPrincipal = Extract<Principal, { kind: 'agent' }>
export type Participant = VisitorPrincipal | AgentPrincipal

export const unbound = refused('token_invalid', 'Ask the bootloader for a token with the x-visitor-id header.')

/** Who writes or reads, as the store knows it. */
export interface Sender {
  readonly orgId: OrgId
  readonly role: 'user' | 'agent'
  readonly visitorId: PublicVisitorId | undefined
  readonly authorId: string | undefined
}

/** A refusal for a token that is bound to no visitor. */
export function senderOf(principal: Participant): Sender | Refused {
  if (principal.kind === 'agent')
    return { orgId: principal.orgId, role: 'agent', visitorId: undefined, authorId: principal.userId }
  const { org, visitorId } = principal
  return visitorId === undefined ? unbound : { orgId: org.id, role: 'user', visitorId, authorId: undefined }
}
