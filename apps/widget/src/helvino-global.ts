/** What a page may call, as `window.Helvino`; works before anything else is loaded. */
export interface Helvino {
  open(): void
  close(): void
  toggle(): void
  /** True from `open()` on, also while the panel is still being loaded. */
  isOpen(): boolean
  /** Takes the widget off the page, for good. */
  shutdown(): void
}

declare global {
  interface Window {
    Helvino?: Helvino
    HELVINO_SITE_ID?: unknown
    HELVINO_ORG_KEY?: unknown
    /** See `Tuning`. */
    helvinoSettings?: unknown
  }
}
