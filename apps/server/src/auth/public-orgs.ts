import type { OrgId } from '@helvino/protocol'
import { Remembered } from '../admission/remembered.ts'
import type { Org, Store } from '../store/contract.ts'

/**
 * Finds an organisation by a public name of it, as every page load does. Which organisation has the name is remembered; what it is like is as recent
 * as for the calls of its visitors, and a name that it has no more is looked up anew.
 */
export function createFindPublicOrg(store: Pick<Store, 'findOrg' | 'standingOf'>) {
  const ids = new Remembered<OrgId>()
  return async (by: { readonly key: string } | { readonly siteId: string }): Promise<Org | undefined> => {
    const name = 'key' in by ? `key ${by.key}` : `site ${by.siteId}`
    const id = ids.find(name)
    const known = id === undefined ? undefined : (await store.standingOf(id, undefined)).org
    if (known && ('key' in by ? known.key === by.key : known.siteId === by.siteId)) return known
    const org = await store.findOrg(by)
    // Only what there is: names that somebody makes up would push out those of others.
    if (org) ids.keep(name, org.id)
    return org
  }
}
