import { createHmac, createSecretKey, hkdfSync } from 'node:crypto'
import type { OrgId } from '@helvino/protocol'

/**
 * What is kept in the place of a network address: the same for the same one within an organisation, and nothing else of it. Keyed, since
 * there are few enough addresses to try them all.
 */
export type AddressKey = (orgId: OrgId, address: string) => string

/** `visitorKey` stays for ever, and so does what is made of it. */
export function createAddressKey(visitorKey: Uint8Array): AddressKey {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', visitorKey, '', 'helvino/agent-address/1', 32)))
  return (orgId, address) =>
    // 48 bits: enough to tell the few addresses of a team apart, short enough to be compared by eye.
    createHmac('sha256', key).update(`${orgId}\0${address}`).digest('hex').slice(0, 12)
}
