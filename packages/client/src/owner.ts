import type { Brand } from '@helvino/protocol'

/** Whose messages these are: one person within one organisation. Names everything kept or shared on this device. */
export type OwnerKey = Brand<string, 'OwnerKey'>

export const visitorOwner = (site: string, visitorId: string): OwnerKey => `${site}/visitor/${visitorId}` as OwnerKey

export const agentOwner = (orgId: string, userId: string): OwnerKey => `${orgId}/agent/${userId}` as OwnerKey

/** Name of a lock, channel or storage key that belongs to one owner: another person on the same device never meets it. */
export const ownedName = (owner: OwnerKey, what: string): string => `helvino/${owner}/${what}`
