import type { Site } from '@helvino/client'

/** What the loader needs to know of the page. */
export interface PageSettings {
  /** Where the API is, without a slash at the end. */
  readonly apiUrl: string
  readonly site: Site
}

/** What the page says, unchecked. */
export interface PageWords {
  /** `window.HELVINO_SITE_ID` and `window.HELVINO_ORG_KEY`. */
  readonly siteId: unknown
  readonly orgKey: unknown
  /** The script tag's attribute of that name. */
  readonly attribute: (name: string) => string | null
  /** Address of the script. */
  readonly scriptUrl: string
}

const named = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/**
 * Reads the site (`HELVINO_SITE_ID`, `data-site-id`, `HELVINO_ORG_KEY`, `data-org-key`, the first that is set) and the API's address (`data-api`,
 * else the origin of the script). Says what is missing, as a string.
 */
export function readPageSettings({ siteId, orgKey, attribute, scriptUrl }: PageWords): PageSettings | string {
  const id = named(siteId) ?? named(attribute('data-site-id'))
  const key = named(orgKey) ?? named(attribute('data-org-key'))
  const site = id ? { siteId: id } : key ? { orgKey: key } : undefined
  if (!site) return 'HELVINO_SITE_ID is not set'
  try {
    const { origin, pathname } = new URL(named(attribute('data-api')) ?? '/', scriptUrl)
    return { apiUrl: (origin + pathname).replace(/\/+$/, ''), site }
  } catch (error) {
    return `data-api: ${String(error)}`
  }
}
