import type { OrgId, PublicVisitorId } from '@helvino/protocol'
import type { Authentication, Principal, Role } from '../auth/principal.ts'

type VisitorPrincipal = Extract<Principal, { kind: 'visitor' }>

/** Whom an admitted socket belongs to: a visitor by name, or an agent. */
export type Member =
  (VisitorPrincipal & { readonly visitorId: PublicVisitorId }) | Extract<Principal, { kind: 'agent' }>

export type Admission =
  | { readonly kind: 'admitted'; readonly member: Member }
  | Pick<Extract<Authentication, { kind: 'refused' }>, 'kind' | 'code' | 'retryAfterSeconds'>

/** A socket belongs to somebody: a public principal, or a token that is bound to no visitor, has nothing to hear. */
export function admit(authentication: Authentication): Admission {
  if (authentication.kind === 'refused') return authentication
  const { principal } = authentication
  switch (principal.kind) {
    case 'public':
      return { kind: 'refused', code: 'token_missing' }
    case 'visitor': {
      const { visitorId } = principal
      if (visitorId === undefined) return { kind: 'refused', code: 'token_invalid' }
      return { kind: 'admitted', member: { ...principal, visitorId } }
    }
    case 'agent':
      return { kind: 'admitted', member: principal }
  }
}

export const orgOfMember = (member: Member): OrgId => (member.kind === 'visitor' ? member.org.id : member.orgId)

export const roleOfMember = (member: Member): Role => (member.kind === 'visitor' ? 'visitor' : member.role)

export function isSameMember(one: Member, other: Member): boolean {
  if (orgOfMember(one) !== orgOfMember(other)) return false
  if (one.kind === 'visitor') return other.kind === 'visitor' && one.visitorId === other.visitorId
  return other.kind === 'agent' && one.userId === other.userId
}
