import type { ChatClient, TimelineItem } from '@helvino/client'
import type { ClientMessageId } from '@helvino/protocol'
import { uuid } from '@helvino/runtime'
import type { SimBrowser, SimRandom, SimTab } from '@helvino/testkit'
import type { ChatPackage } from './chat-package.ts'
import { ClientWatch } from './client-watch.ts'
import type { Trace } from '../trace.ts'
import type { Violations } from '../violations.ts'
import { watchClock } from '../watched-clock.ts'
import { watchNetwork } from './watched-network.ts'

/** A message that a person wrote and the client took. */
export interface Intent {
  readonly id: ClientMessageId
  readonly content: string
  /** In which tab: order is promised for what one tab took. */
  readonly tab: SimTab
}

/** One tab with the real client in it. */
export interface OpenTab {
  readonly tab: SimTab
  readonly client: ChatClient
}

export interface VisitorTerms {
  readonly name: string
  readonly browser: SimBrowser
  readonly random: SimRandom
  readonly apiUrl: string
  /** At least 1. */
  readonly tabs: number
  readonly chat: ChatPackage
  readonly trace: Trace
  readonly violations: Violations
  /** Called for every tab that is opened, before anything runs in it. */
  readonly onTab: (tab: SimTab) => void
}

/** One person with one browser and some tabs in it, using the real client. */
export class Visitor {
  readonly name: string
  readonly browser: SimBrowser
  /** The secret and, in this model, the public id too. */
  readonly visitorId: string
  readonly #terms: VisitorTerms
  /** Draws which tab is used, apart from everything else that is drawn. */
  readonly #choice: SimRandom
  #intents: Intent[] = []
  readonly #risked = new Set<string>()
  #written = 0
  /** A page of theirs has said that it keeps nothing. */
  #isInMemory = false
  #tabs: OpenTab[] = []

  constructor(terms: VisitorTerms) {
    this.#terms = terms
    this.name = terms.name
    this.browser = terms.browser
    this.visitorId = `v_${uuid(terms.random)}`
    this.#choice = terms.random.fork('choice of tabs')
    this.reopen()
  }

  /** What was taken, in the order of writing: the client owes exactly this to the server. */
  get intents(): readonly Intent[] {
    return this.#intents
  }

  /** Whether its messages must arrive in the order of writing: all tabs share one outbox, since the database has never failed one of them. */
  get isOrdered(): boolean {
    return this.#terms.tabs === 1 || (this.browser.texts.names.length === 0 && !this.#isInMemory)
  }

  /** What a page took that said it could not keep it, and died: it may have arrived. */
  get risked(): ReadonlySet<string> {
    return this.#risked
  }

  get tabs(): readonly OpenTab[] {
    return this.#tabs
  }

  /** One of the tabs; `undefined` while the browser is closed. */
  pickTab(): OpenTab | undefined {
    return this.#tabs.length > 1 ? this.#choice.pick(this.#tabs) : this.#tabs[0]
  }

  timelineOf({ client }: OpenTab): readonly TimelineItem[] {
    return client.timeline()
  }

  /** Writes one message. Nothing is written while the page is frozen or the machine asleep. */
  write(): void {
    const open = this.pickTab()
    open?.tab.clock.whenAwake(() => {
      const { tab, client } = open
      const content = `${this.name} says ${++this.#written}`
      client
        .send(content)
        .then((result) => {
          this.#terms.trace.add(`written ${result.kind}`, content)
          if (result.kind === 'queued') this.#intents.push({ id: result.id, content, tab })
          else this.#terms.violations.add('I6', `${content}: ${result.kind}`)
        })
        .catch(tab.clock.timeline.reportBug)
    })
  }

  /** A tab dies without a word, and the page is opened again. */
  reload(): void {
    const open = this.pickTab()
    if (!open) return
    this.#kill(open)
    this.openTab()
  }

  /** The whole browser dies without a word. */
  kill(): void {
    for (const open of [...this.#tabs]) this.#kill(open)
  }

  /** As many tabs as before. */
  reopen(): void {
    while (this.#tabs.length < this.#terms.tabs) this.openTab()
  }

  /** One more. It finds what the others could not read, while their storage was in trouble. */
  openTab(): void {
    this.#tabs.push(this.#open())
  }

  #kill(open: OpenTab): void {
    const { outbox, durability } = open.client.state
    open.tab.kill()
    this.#tabs = this.#tabs.filter((other) => other !== open)
    if (durability === 'device') return
    // It said that what waits is kept on this page only.
    const lost = new Set(outbox.map(({ id }) => id))
    this.#terms.trace.add('lost as told', `${this.name} ${lost.size}`)
    for (const id of lost) this.#risked.add(id)
    this.#intents = this.#intents.filter(({ id }) => !lost.has(id))
  }

  #open(): OpenTab {
    const { name, browser, apiUrl, chat, trace, violations, onTab } = this.#terms
    const tab = browser.openTab()
    onTab(tab)
    const clock = watchClock(tab.clock, name, violations)
    const watch = new ClientWatch(clock, name, violations, () => browser.tabs.length === 1)
    const network = watchNetwork(tab.network, watch, name, trace)
    const client = chat.createVisitorClient({
      runtime: { ...tab.runtime, clock, network },
      apiUrl,
      site: { orgKey: 'demo' },
      visitorId: this.visitorId,
    })
    client.subscribe(({ connection, delivery, outbox, durability }) => {
      if (durability === 'page') this.#isInMemory = true
      trace.add(
        `connection ${connection.state}`,
        `${name} ${delivery.isWaitingForToken} ${delivery.isFailing} ${outbox.length} ${durability}`,
      )
    })
    client.setEngaged(true)
    client.start().catch(tab.clock.timeline.reportBug)
    return { tab, client }
  }
}
