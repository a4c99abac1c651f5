import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { OrgId, PublicVisitorId, VisitorId } from '@helvino/protocol'

/** What the server keeps of a visitor in the place of the secret. */
export interface VisitorIdentity {
  readonly visitorId: PublicVisitorId
  readonly visitorHash: string
}

export type IdentifyVisitor = (orgId: OrgId, secret: VisitorId) => VisitorIdentity

/** Somebody whom the site's own server has named. */
export type IdentifySubject = (orgId: OrgId, subject: string) => VisitorIdentity

/**
 * Both values come from the secret by an HMAC (RFC 2104) under keys of their own, so that neither leads to the other
 * nor to the secret, and the same visitor is two strangers in two organisations. No lookup is needed: whoever
 * answers the bootloader can compute them.
 */
export function createIdentifyVisitor(visitorKey: Uint8Array): IdentifyVisitor {
  // A key object costs a fifth of what the same bytes do: those Node looks at anew for each HMAC.
  const derive = (purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', visitorKey, '', `helvino/${purpose}/1`, 32)))
  const hashKey = derive('visitor-hash')
  const publicKey = derive('visitor-public-id')
  // NUL stands in neither part, so that no other pair of org and secret gives the same input.
  const mac = (key: KeyObject, orgId: OrgId, secret: VisitorId) =>
    createHmac('sha256', key).update(`${orgId}\0${secret}`).digest()
  return (orgId, secret) => ({
    // 128 bits are enough to be unique, and keep the id short where people see it.
    visitorId: `p_${mac(publicKey, orgId, secret).subarray(0, 16).toString('base64url')}` as PublicVisitorId,
    // Asked for only where a visitor's row is written.
    get visitorHash() {
      return mac(hashKey, orgId, secret).toString('base64url')
    },
  })
}

// No visitor's of their own device begins so.
const subjectPrefix = 'u_'

/**
 * As `createIdentifyVisitor`, of the site's own id of its user instead of a secret, under a key of its own: neither value is ever a visitor's
 * who has not signed in.
 */
export function createIdentifySubject(visitorKey: Uint8Array): IdentifySubject {
  const publicKey = createSecretKey(Buffer.from(hkdfSync('sha256', visitorKey, '', 'helvino/subject-public-id/1', 32)))
  return (orgId, subject) => {
    const mac = createHmac('sha256', publicKey).update(`${orgId}\0${subject}`).digest()
    return visitorOfSubject(`${subjectPrefix}${mac.subarray(0, 16).toString('base64url')}` as PublicVisitorId)
  }
}

/** What is kept of somebody with this public id, who has no secret that could be hashed. */
const visitorOfSubject = (visitorId: PublicVisitorId): VisitorIdentity => ({ visitorId, visitorHash: visitorId })

/** Whose token this is, where that is somebody whom the site has named: they send no secret of a device. */
export const identifiedBy = (visitorId: PublicVisitorId | undefined): VisitorIdentity | undefined =>
  visitorId?.startsWith(subjectPrefix) ? visitorOfSubject(visitorId) : undefined
