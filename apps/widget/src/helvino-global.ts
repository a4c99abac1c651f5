import type { HelvinoFace } from './face-terms.ts'

declare global {
  interface Window {
    Helvino?: HelvinoFace
    HELVINO_SITE_ID?: unknown
    HELVINO_ORG_KEY?: unknown
    /** See `HelvinoSettings`. */
    helvinoSettings?: unknown
  }
}
