import type { HelvinoFace } from '@helvino/widget-package'

declare global {
  interface Window {
    Helvino?: HelvinoFace
    HELVINO_SITE_ID?: unknown
    HELVINO_ORG_KEY?: unknown
    /** See `HelvinoSettings`. */
    helvinoSettings?: unknown
  }
}
