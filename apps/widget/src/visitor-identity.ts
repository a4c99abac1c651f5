import type { Site } from '@helvino/client'
import { decodeVisitorId } from '@helvino/protocol'
import { type KeyValue, type Random, uuid } from '@helvino/runtime'

/** Where the visitor's id is kept. */
export const visitorKeyOf = (site: Site): string => `helvino/${'siteId' in site ? site.siteId : site.orgKey}/visitor`

const keptId = (site: Site, storage: KeyValue): string | undefined => decodeVisitorId(storage.get(visitorKeyOf(site)))

/** The id that this device keeps for the visitor, else a new one, in memory only: nothing is stored before the visitor opens the chat. */
export const findVisitorId = (site: Site, storage: KeyValue, random: Random): string =>
  keptId(site, storage) ?? `v_${uuid(random)}`

/** Keeps the id, now that the visitor has opened the chat. Gives the id that holds: another tab may have kept one since. */
export function keepVisitorId(site: Site, storage: KeyValue, id: string): string {
  const kept = keptId(site, storage)
  if (kept === undefined) storage.set(visitorKeyOf(site), id)
  return kept ?? id
}
