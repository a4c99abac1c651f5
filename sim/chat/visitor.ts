import { type ChatClient, createVisitorClient, type OutboxStores, type TimelineItem } from '@helvino/client'
import type { ClientMessageId } from '@helvino/protocol'
import { uuid } from '@helvino/runtime'
import type { SimBrowser, SimRandom, SimTab } from '@helvino/testkit'
import { ClientWatch } from './client-watch.ts'
import type { Trace } from '../trace.ts'
import type { Violations } from '../violations.ts'
import { watchClock } from '../watched-clock.ts'
import { watchNetwork } from './watched-network.ts'

/** A message that a person wrote and the client took. */
export interface Intent {
  readonly id: ClientMessageId
  readonly content: string
}

export interface VisitorTerms {
  readonly name: string
  readonly browser: SimBrowser
  readonly random: SimRandom
  readonly apiUrl: string
  readonly outboxStores: OutboxStores
  readonly trace: Trace
  readonly violations: Violations
  /** Called for every tab that is opened, before anything runs in it. */
  readonly onTab: (tab: SimTab) => void
}

/** One person with one browser and one tab, using the real client. */
export class Visitor {
  readonly name: string
  /** The secret and, in this model, the public id too. */
  readonly visitorId: string
  /** What was taken, in the order of writing: the client owes exactly this to the server. */
  readonly intents: Intent[] = []
  readonly #terms: VisitorTerms
  #written = 0
  #tab: SimTab
  #client: ChatClient

  constructor(terms: VisitorTerms) {
    this.#terms = terms
    this.name = terms.name
    this.visitorId = `v_${uuid(terms.random)}`
    const { tab, client } = this.#open()
    this.#tab = tab
    this.#client = client
  }

  get tab(): SimTab {
    return this.#tab
  }

  get client(): ChatClient {
    return this.#client
  }

  get timeline(): readonly TimelineItem[] {
    return this.#client.timeline()
  }

  /** Writes one message. Nothing is written while the page is frozen or the machine asleep. */
  write(): void {
    this.#tab.clock.whenAwake(() => {
      const content = `${this.name} says ${++this.#written}`
      const tab = this.#tab
      this.#client
        .send(content)
        .then((result) => {
          this.#terms.trace.add(`written ${result.kind}`, content)
          if (result.kind === 'queued') this.intents.push({ id: result.id, content })
          else this.#terms.violations.add('I6', `${content}: ${result.kind}`)
        })
        .catch(tab.clock.timeline.reportBug)
    })
  }

  /** The tab dies without a word, and the page is opened again. */
  reload(): void {
    this.#tab.kill()
    const { tab, client } = this.#open()
    this.#tab = tab
    this.#client = client
  }

  #open(): { tab: SimTab; client: ChatClient } {
    const { name, browser, apiUrl, outboxStores, trace, violations, onTab } = this.#terms
    const tab = browser.openTab()
    onTab(tab)
    const clock = watchClock(tab.clock, name, violations)
    const network = watchNetwork(tab.network, new ClientWatch(clock, name, violations), name, trace)
    const client = createVisitorClient({
      runtime: { ...tab.runtime, clock, network },
      apiUrl,
      site: { orgKey: 'demo' },
      visitorId: this.visitorId,
      outboxStores,
    })
    client.subscribe(({ connection, delivery, outbox }) => {
      trace.add(
        `connection ${connection.state}`,
        `${name} ${delivery.isWaitingForToken} ${delivery.isFailing} ${outbox.length}`,
      )
    })
    client.setEngaged(true)
    client.start().catch(tab.clock.timeline.reportBug)
    return { tab, client }
  }
}
