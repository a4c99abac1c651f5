import type { SimRandom, SimTab } from '@helvino/testkit'
import type { GroupWatch } from './group-watch.ts'
import type { IssuerModel } from './issuer-model.ts'
import { Page } from './page.ts'
import type { RenewalEngine } from './renewal-engine.ts'
import { TabWatch } from './tab-watch.ts'

export interface SlotTerms {
  readonly name: string
  readonly group: GroupWatch
  readonly issuer: IssuerModel
  readonly engine: RenewalEngine
  readonly random: SimRandom
  /** Called for every tab that is opened, before anything runs in it. */
  readonly onTab: (tab: SimTab, slot: Slot) => void
}

/** A place in the row of tabs: one page at a time, which may be reloaded, closed and opened again. */
export class Slot {
  readonly name: string
  readonly group: GroupWatch
  /** Every page that was ever open here. */
  readonly pages: Page[] = []
  readonly #terms: SlotTerms
  #page: Page | undefined

  constructor(terms: SlotTerms) {
    this.name = terms.name
    this.group = terms.group
    this.#terms = terms
  }

  /** The page that is open. */
  get page(): Page | undefined {
    return this.#page
  }

  open(): void {
    if (this.#page || this.group.terms.machine.isAsleep) return
    const { name, group, issuer, engine, random, onTab } = this.#terms
    const tab = group.terms.machine.browser.openTab()
    onTab(tab, this)
    const watch = new TabWatch(`${name}.${this.pages.length}`, tab.clock, group)
    const { trace } = group.terms
    trace.add('open', watch.name)
    group.disturb()
    const page = new Page({ tab, watch, issuer, engine, trace, random: random.fork(`page ${this.pages.length}`) })
    this.#page = page
    this.pages.push(page)
  }

  /** Lets something happen in the page, once it runs. */
  act(what: (page: Page) => void): void {
    const page = this.#page
    page?.tab.clock.whenAwake(() => {
      if (!page.watch.isGone) what(page)
    })
  }

  /** The tab is closed in good order. */
  close(): void {
    const page = this.#awakePage
    if (!page) return
    this.group.terms.trace.add('close', page.watch.name)
    page.dispose()
    this.#end(page)
  }

  /** The page is left for good, as by a reload: it hears that it leaves, and is gone. */
  leave(): void {
    const page = this.#awakePage
    if (!page) return
    page.tab.life.emit('leaving')
    this.#end(page)
  }

  /** The tab is gone without a word. `keepsLocks`: and hangs on its way out. */
  crash({ keepsLocks = false } = {}): void {
    if (this.#page) this.#end(this.#page, keepsLocks)
  }

  freeze(): void {
    const page = this.#awakePage
    if (!page) return
    page.watch.isFrozen = true
    page.tab.clock.freezeTimers()
    page.watch.disturb()
  }

  /** Into the back/forward cache. */
  putAside(): void {
    this.#awakePage?.tab.life.emit('leaving')
    this.freeze()
  }

  /** Out of a freeze or of the back/forward cache. */
  takeUp(page: Page): void {
    if (!page.watch.isFrozen || page.watch.isGone) return
    page.watch.isFrozen = false
    page.watch.disturb()
    page.tab.clock.thawTimers()
    page.tab.clock.whenAwake(() => {
      page.tab.life.emit('returned')
    })
  }

  hide(): void {
    this.act((page) => {
      page.watch.isHidden = true
      page.tab.life.emit('hidden')
    })
  }

  show(): void {
    this.act((page) => {
      page.watch.isHidden = false
      if (page.watch.isThrottled) page.watch.disturb()
      page.watch.isThrottled = false
      page.tab.clock.unthrottleTimers()
      page.tab.life.emit('visible')
    })
  }

  throttle(): void {
    const page = this.#awakePage
    if (!page) return
    this.hide()
    page.watch.isThrottled = true
    page.watch.disturb()
    page.tab.clock.throttleTimers(60_000)
  }

  get #awakePage(): Page | undefined {
    return this.#page?.watch.isAwake === true ? this.#page : undefined
  }

  #end(page: Page, keepsLocks = false): void {
    if (page.watch.isGone) return
    page.watch.isGone = true
    page.tab.kill({ keepsLocks })
    page.watch.disturb()
    if (this.#page === page) this.#page = undefined
  }
}
