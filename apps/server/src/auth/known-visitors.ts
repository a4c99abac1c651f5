import { hash } from 'node:crypto'
import type { OrgId, PublicVisitorId, VisitorId } from '@helvino/protocol'
import type { IdentifyVisitor } from './visitor.ts'

/** Visitors that are kept; of one more, the public id of the one that came first is computed anew when it comes again. */
const maxVisitors = 5_000

export type FindPublicId = (orgId: OrgId, secret: VisitorId) => PublicVisitorId

/** Public ids by a digest of organisation and secret, which costs a fifth of computing them. The secret itself is not kept. */
export function createFindPublicId(identifyVisitor: IdentifyVisitor): FindPublicId {
  const known = new Map<string, PublicVisitorId>()
  return (orgId, secret) => {
    // As where the id is computed: NUL stands in neither part.
    const digest = hash('sha256', `${orgId}\0${secret}`, 'base64url')
    const there = known.get(digest)
    if (there !== undefined) return there
    const { visitorId } = identifyVisitor(orgId, secret)
    const first = known.size < maxVisitors ? undefined : known.keys().next().value
    if (first !== undefined) known.delete(first)
    known.set(digest, visitorId)
    return visitorId
  }
}
