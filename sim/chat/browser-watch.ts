import type { SimBrowser } from '@helvino/testkit'
import type { Violations } from '../violations.ts'

const minuteMs = 60_000

export interface BrowserWatchTerms {
  readonly browser: SimBrowser
  readonly name: string
  /** Of the tokens, in ms. */
  readonly tokenLifeMs: number
  readonly violations: Violations
}

/** What all tabs of one browser do together: I7. */
export class BrowserWatch {
  /** No page of it was killed, frozen or asleep so far: each tab has heard of every renewal. */
  isOfOneLife = true
  readonly #terms: BrowserWatchTerms
  readonly #renewedAtMs: number[] = []

  constructor(terms: BrowserWatchTerms) {
    this.#terms = terms
  }

  /** A tab renews. */
  renew(): void {
    const { browser, name, tokenLifeMs, violations } = this.#terms
    const nowMs = browser.timeline.elapsedMs
    this.#renewedAtMs.push(nowMs)
    while ((this.#renewedAtMs[0] ?? nowMs) <= nowMs - minuteMs) this.#renewedAtMs.shift()
    // Each tab may have begun one of which the others have not heard yet.
    const most = Math.max(6, Math.floor((3 * minuteMs) / tokenLifeMs)) + browser.tabs.length - 1
    if (this.isOfOneLife && this.#renewedAtMs.length > most)
      violations.add('I7', `the tabs of ${name} sent ${this.#renewedAtMs.length} renewals within a minute`)
  }
}
