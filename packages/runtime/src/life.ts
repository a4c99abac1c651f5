/** What happens to the page: seen or not, connected or not, put aside and taken up again (Page Lifecycle). Hints; never trusted alone. */
export type LifeEvent = 'visible' | 'hidden' | 'online' | 'offline' | 'leaving' | 'returned'

export interface Life {
  isVisible(): boolean
  isOnline(): boolean
  /** `leaving` is `pagehide`, `returned` a `pageshow` from the back/forward cache or a `resume` after a freeze. Returns the unsubscribe. */
  subscribe(listener: (event: LifeEvent) => void): () => void
}
