import type { ChatClient } from '@helvino/client'
import type { ClientMessageId, ConversationId } from '@helvino/protocol'
import type { Runtime } from '@helvino/runtime'
import type { SimBrowser, SimRandom, SimTab } from '@helvino/testkit'
import { BrowserWatch } from './browser-watch.ts'
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
  /** Of an agent's answer; a visitor has one conversation. */
  readonly conversationId: ConversationId | undefined
}

/** One tab with the real client in it. */
export interface OpenTab {
  readonly tab: SimTab
  readonly client: ChatClient
}

export interface PersonTerms {
  readonly name: string
  readonly role: 'user' | 'agent'
  readonly orgId: string
  /** The public id of a visitor. */
  readonly visitorId: string | undefined
  readonly browser: SimBrowser
  readonly random: SimRandom
  readonly tokenLifeMs: number
  /** At least 1. */
  readonly tabs: number
  readonly createClient: (runtime: Runtime) => ChatClient
  readonly trace: Trace
  readonly violations: Violations
  /** Called for every tab that is opened, before anything runs in it. */
  readonly onTab: (tab: SimTab) => void
}

/** One person, visitor or agent, with one browser and some tabs in it, using the real client. */
export class Person {
  readonly terms: PersonTerms
  readonly browser: SimBrowser
  /** Draws which tab is used, apart from everything else that is drawn. */
  readonly #choice: SimRandom
  readonly #watch: BrowserWatch
  #intents: Intent[] = []
  readonly #risked = new Set<string>()
  /** What no page has said yet that it took, and in which tab it was written. */
  readonly #unanswered = new Map<string, SimTab>()
  readonly #unheard = new Set<string>()
  readonly #refused = new Set<string>()
  #written = 0
  /** A page of theirs has said that it keeps nothing. */
  #isInMemory = false
  #tabs: OpenTab[] = []

  constructor(terms: PersonTerms) {
    this.terms = terms
    this.browser = terms.browser
    this.#choice = terms.random.fork('choice of tabs')
    this.#watch = new BrowserWatch(terms)
    this.reopen()
  }

  get name(): string {
    return this.terms.name
  }

  /** What was taken, in the order of writing: the client owes exactly this to the server. */
  get intents(): readonly Intent[] {
    return this.#intents
  }

  /** Whether its messages must arrive in the order of writing: all tabs share one outbox, since the database has never failed one of them. */
  get isOrdered(): boolean {
    return this.terms.tabs === 1 || (this.browser.texts.names.length === 0 && !this.#isInMemory)
  }

  /** What nobody owes any more, and what may have arrived all the same: a page that could not keep it died, or the server lost it to an older copy. */
  get risked(): ReadonlySet<string> {
    return this.#risked
  }

  /** The texts of what may have arrived although nobody owes it: the page died before it said whether it took them. */
  get unheard(): ReadonlySet<string> {
    return this.#unheard
  }

  /** What was shown as failed at some time: it steps aside, so that others overtake it. */
  get refused(): ReadonlySet<string> {
    return this.#refused
  }

  get tabs(): readonly OpenTab[] {
    return this.#tabs
  }

  /** One of the tabs; `undefined` while the browser is closed. */
  pickTab(): OpenTab | undefined {
    return this.#tabs.length > 1 ? this.#choice.pick(this.#tabs) : this.#tabs[0]
  }

  /** Writes one message. Nothing is written while the page is frozen or the machine asleep. */
  write(): void {
    const open = this.pickTab()
    open?.tab.clock.whenAwake(() => {
      this.#send(open, undefined)
    })
  }

  /** Writes into this visitor's conversation, where the page knows of it by now. */
  answer(visitorId: string): void {
    const open = this.pickTab()
    open?.tab.clock.whenAwake(() => {
      const about = open.client.state.conversations.find(
        (conversation) => 'visitorId' in conversation && conversation.visitorId === visitorId,
      )
      if (!about) return
      open.client.watch(about.id)
      this.#send(open, about.id)
    })
  }

  /** Tries everything once more that is shown as failed. */
  retryFailed(): void {
    for (const { client } of this.#tabs)
      for (const { id, delivery } of client.state.outbox) if (delivery.state === 'failed') void client.retry(id)
  }

  /** What these messages have become is no longer owed: the server has lost them. */
  forgive(isLost: (intent: Intent) => boolean): void {
    for (const { id } of this.#intents.filter(isLost)) this.#risked.add(id)
    this.#intents = this.#intents.filter(({ id }) => !this.#risked.has(id))
  }

  /** A page of theirs hears nothing for a while. */
  noteGap(): void {
    this.#watch.isOfOneLife = false
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
    while (this.#tabs.length < this.terms.tabs) this.openTab()
  }

  /** One more. It finds what the others could not read, while their storage was in trouble. */
  openTab(): void {
    this.#tabs.push(this.#open())
  }

  #send({ tab, client }: OpenTab, conversationId: ConversationId | undefined): void {
    const { name, trace, violations } = this.terms
    const content = `${name} says ${++this.#written}`
    this.#unanswered.set(content, tab)
    client
      .send(content, conversationId)
      .then((result) => {
        this.#unanswered.delete(content)
        trace.add(`written ${result.kind}`, content)
        if (result.kind === 'queued') this.#intents.push({ id: result.id, content, tab, conversationId })
        else violations.add('I6', `${content}: ${result.kind}`)
      })
      .catch(tab.clock.timeline.reportBug)
  }

  #kill(open: OpenTab): void {
    const { outbox, durability } = open.client.state
    open.tab.kill()
    for (const [content, tab] of this.#unanswered) if (tab === open.tab) this.#unheard.add(content)
    this.noteGap()
    this.#tabs = this.#tabs.filter((other) => other !== open)
    if (durability === 'device') return
    // It said that what waits is kept on this page only.
    const lost = new Set<string>(outbox.map(({ id }) => id))
    this.terms.trace.add('lost as told', `${this.name} ${lost.size}`)
    this.forgive(({ id }) => lost.has(id))
    for (const id of lost) this.#risked.add(id)
  }

  #open(): OpenTab {
    const { name, browser, createClient, trace, violations, onTab } = this.terms
    const tab = browser.openTab()
    onTab(tab)
    const clock = watchClock(tab.clock, name, violations)
    const watch = new ClientWatch({
      clock,
      name,
      violations,
      browser: this.#watch,
      isAlone: () => browser.tabs.length === 1,
    })
    const network = watchNetwork(tab.network, { watch, name, trace, violations })
    const client = createClient({ ...tab.runtime, clock, network })
    client.subscribe(({ connection, delivery, outbox, durability }) => {
      if (durability === 'page') this.#isInMemory = true
      for (const entry of outbox)
        if (entry.delivery.state === 'failed') this.#noteRefused(entry.id, entry.delivery.code)
      trace.add(
        `connection ${connection.state}`,
        `${name} ${delivery.isWaitingForToken} ${delivery.isFailing} ${outbox.length} ${durability}`,
      )
    })
    client.setEngaged(true)
    client.start().catch(tab.clock.timeline.reportBug)
    return { tab, client }
  }

  #noteRefused(id: string, code: string): void {
    if (this.#refused.has(id)) return
    this.#refused.add(id)
    this.terms.trace.add(`failed ${code}`, id)
  }
}
