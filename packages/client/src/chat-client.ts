import {
  type ClientMessageId,
  type ConversationId,
  type Message,
  type PostedMessage,
  type ServerFrame,
  type UsedBootloaderAnswer,
} from '@helvino/protocol'
import type { LifeEvent, Runtime } from '@helvino/runtime'
import type { TokenEvent, TokenRenewer } from '@helvino/token/core'
import { Api } from './api.ts'
import { Attendance } from './attendance.ts'
import type { Audience } from './audience.ts'
import type { CallResult } from './call.ts'
import { type ChatState, initialChatState } from './chat-state.ts'
import { withConversation, withList } from './conversation-list.ts'
import { LateConnection, type LoadConnect } from './late-connection.ts'
import type { EnqueueResult } from './outbox.ts'
import type { OutboxEntry } from './outbox-entry.ts'
import { isNews } from './news.ts'
import { Outgoing } from './outgoing.ts'
import { resumedThreads } from './resumed-threads.ts'
import { pauseBetweenTries } from './retry.ts'
import { emptyThread } from './thread.ts'
import type { Threads } from './threads.ts'
import { isAnswerAwaited, timeline, type TimelineItem } from './timeline.ts'

export interface ChatClientOptions {
  readonly runtime: Runtime
  readonly audience: Audience
  readonly renewer: TokenRenewer
  /** Of the outbox, made by `ownedName`: what waits there, and the connection, is shared by all tabs of that owner. */
  readonly outboxName: string
  readonly loadConnect: LoadConnect
  /** Hears whatever the server says, beside this client. */
  readonly onFrame?: (frame: ServerFrame) => void
}

/** The chat of one owner: wires outbox, sender, connection and resume, and shows them as one state. */
export class ChatClient {
  readonly renewer: TokenRenewer
  readonly #runtime: Runtime
  /** What it asks the server by, for the calls that only some pages make. */
  readonly api: Api
  readonly #outgoing: Outgoing
  readonly #connection: LateConnection
  readonly threads: Threads
  readonly #attendance: Attendance
  readonly #listeners = new Set<(state: ChatState) => void>()
  readonly #announceListeners = new Set<(message: Message) => void>()
  readonly #disposal = new AbortController()
  readonly #stops: (() => void)[] = []
  #state: ChatState
  #isEngaged = false
  #isStarted = false
  /** Another tab has had something to send. */
  #hasHeard = false
  #hasRealtime = true
  #listing: Promise<void> | undefined
  #opening: Promise<CallResult<ConversationId>> | undefined

  constructor({ runtime, audience, renewer, outboxName, loadConnect, onFrame }: ChatClientOptions) {
    const { clock, random, network, life } = runtime
    this.#runtime = runtime
    this.renewer = renewer
    this.api = new Api(audience, network, clock, renewer, () => this.refreshList())
    this.#outgoing = new Outgoing(
      {
        ...{ runtime, renewer, api: this.api, name: outboxName },
        isSequenced: () => this.#hasRealtime,
        openConversation: (stop) => this.openConversation(stop),
        onGone: (id) => {
          this.#forget(id)
        },
        onAccepted: (entry, conversationId, posted) => {
          this.#accept(entry, conversationId, posted)
        },
        onChange: (change) => {
          this.#update(change)
          this.#connect()
        },
        onHeard: () => {
          this.#hasHeard = true
          this.#connect()
        },
      },
      this.#disposal.signal,
    )
    this.threads = resumedThreads(
      {
        ...{ clock, random },
        fetchPage: (id, after, stop) => this.api.listMessages(id, after, stop),
        onChange: (threads) => {
          this.#update({ threads })
        },
      },
      () => this.#attendance.signal,
    )
    this.#attendance = new Attendance({
      ...{ clock, life, renewer },
      isAnswerAwaited: () => isAnswerAwaited(this.timeline().at(-1)),
      onAwake: () => {
        this.#connect()
        // Another tab may have begun to talk while this page was away.
        if (this.#state.isListed && !this.#state.currentId && this.#hasRealtime) void this.refreshList()
      },
      onAtRest: () => this.#connection.close(),
    })
    this.#connection = this.#createConnection(`${outboxName}/line`, loadConnect, onFrame)
    this.#state = initialChatState
    this.#stops.push(
      renewer.subscribe((event) => {
        this.#hearRenewal(event)
      }),
      life.subscribe((event) => {
        this.#hearLife(event)
      }),
    )
  }

  get state(): ChatState {
    return this.#state
  }

  /** A person is at it, or waits for what they wrote. */
  readonly isInUse = (): boolean =>
    this.#runtime.life.isVisible() && (this.#isEngaged || this.#outgoing.outbox.entries.length > 0)

  /** Returns the unsubscribe. */
  subscribe(listener: (state: ChatState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells of each message of the other side as it comes, in one of all tabs: one that is seen, where there is one. Returns the unsubscribe. */
  onAnnounce(listener: (message: Message) => void): () => void {
    this.#announceListeners.add(listener)
    return () => this.#announceListeners.delete(listener)
  }

  /** Takes up what waits to be sent, lists the conversations and connects. Does nothing the second time. */
  async start(): Promise<void> {
    if (this.#isStarted || this.#disposal.signal.aborted) return
    this.#isStarted = true
    void this.#outgoing.wake()
    await this.#outgoing.outbox.load()
    if (this.#disposal.signal.aborted) return
    this.#attendance.start()
    if (this.#hasRealtime) await this.refreshList()
  }

  /** What the organisation's settings are, and whether the server knows more than the bootloader and the two POST calls. */
  configure({ config, orgName, protocol, batchMessages }: UsedBootloaderAnswer): void {
    this.api.batchMessages = batchMessages
    const hadRealtime = this.#hasRealtime
    this.#hasRealtime = protocol !== undefined
    // Such a server keeps no history that could be asked for: what is here is all there is.
    this.#update({ config, orgName, isListed: this.#state.isListed || !this.#hasRealtime })
    if (!this.#hasRealtime) this.#connection.close()
    else if (!hadRealtime) this.#connect()
  }

  /** Says whether a person is at it (the panel is open): decides how soon a lost connection is tried again. */
  setEngaged(isEngaged: boolean): void {
    this.#isEngaged = isEngaged
    if (isEngaged) this.#hurry()
  }

  /** Keeps the message and sends it as soon as it can be. `conversationId` is left out by a visitor. */
  async send(text: string, conversationId = this.#state.currentId): Promise<EnqueueResult> {
    const result = await this.#outgoing.outbox.enqueue(conversationId, text)
    if (result.kind === 'queued') this.#hurry()
    return result
  }

  /** Sends a failed message again, with the id that it has. */
  async retry(id: ClientMessageId): Promise<void> {
    await this.#outgoing.outbox.retry(id)
  }

  /** Gives up a message that is not sent. One whose request is under way may still arrive. */
  async discard(id: ClientMessageId): Promise<void> {
    await this.#outgoing.outbox.settle(id)
  }

  /** Loads a conversation, and keeps it up to date from now on. */
  watch(id: ConversationId): void {
    this.threads.watch(id)
  }

  /** A conversation as it is shown; `undefined` for the visitor's own, which may not exist yet. */
  timeline(id: ConversationId | undefined = this.#state.currentId): readonly TimelineItem[] {
    const thread = (id && this.#state.threads.get(id)) ?? emptyThread
    const isOwn = id === this.#state.currentId
    return timeline(
      thread,
      this.#state.outbox.filter(({ conversationId }) => isOwn || conversationId === id),
    )
  }

  /** The visitor's open conversation, made where there is none. All callers share one request. */
  openConversation(signal: AbortSignal = this.#disposal.signal): Promise<CallResult<ConversationId>> {
    const { currentId } = this.#state
    if (currentId) return Promise.resolve({ kind: 'answered', value: currentId })
    this.#opening ??= this.api.openConversation(signal).then((result) => {
      this.#opening = undefined
      if (result.kind !== 'answered') return result
      this.#setCurrent(result.value.id)
      return { kind: 'answered', value: result.value.id }
    })
    return this.#opening
  }

  /** Asks what conversations there are, until the server answers or the connection is closed. All callers share one run. */
  refreshList(): Promise<void> {
    this.#listing ??= this.#list().finally(() => {
      this.#listing = undefined
    })
    return this.#listing
  }

  /** Its owner writes there: the others are told, where there is a connection. */
  noteTyping(id: ConversationId): void {
    this.#connection.noteTyping(id)
  }

  /** An agent's own verb on a conversation, for example `resolve`. */
  act(id: ConversationId, verb: string, body: object = {}): Promise<CallResult<true>> {
    return this.api.act(id, verb, body, this.#disposal.signal)
  }

  /** Stops everything. What waits in the outbox's store stays there. */
  dispose(): void {
    this.#disposal.abort()
    this.#attendance.stop()
    this.#outgoing.rest()
    for (const stop of this.#stops) stop()
    this.#listeners.clear()
    this.renewer.dispose()
  }

  #createConnection(name: string, load: LoadConnect, alsoHears?: (frame: ServerFrame) => void): LateConnection {
    return new LateConnection(
      {
        ...{ runtime: this.#runtime, renewer: this.renewer, api: this.api, audience: this.api.audience },
        isInUse: this.isInUse,
        resumePoints: () => this.threads.resumePoints(),
        newsPoint: () => this.threads.newsPoint(this.#state.currentId),
        onFrame: (frame) => {
          alsoHears?.(frame)
          this.#hear(frame)
        },
        onState: (connection) => {
          this.#update({ connection })
        },
      },
      name,
      load,
    )
  }

  /** Connects where there is something to hear: nobody writes to a visitor who has said nothing. */
  #connect(): void {
    if (!this.#hasRealtime || !this.#attendance.isAwake) return
    const { conversations, currentId, outbox } = this.#state
    const hasTalk = conversations.length > 0 || outbox.length > 0 || currentId !== undefined || this.#hasHeard
    if (hasTalk || this.api.audience.kind === 'agent') this.#connection.open()
  }

  async #list(): Promise<void> {
    const { clock, random } = this.#runtime
    const { signal } = this.#attendance
    for (let failures = 0; !signal.aborted; failures += 1) {
      // One that is opened while the list is under way is newer than the list.
      const { currentId, conversations: asked } = this.#state
      const result = await this.api.listConversations(signal)
      if (result.kind === 'refused') return
      if (result.kind === 'answered') {
        const conversations = withList(result.value, asked, this.#state.conversations)
        this.#update({ conversations, isListed: true })
        if (currentId && !result.value.some(({ id }) => id === currentId)) this.#forget(currentId)
        const [newest] = result.value
        if (newest) this.#meet(newest.id)
        this.#connect()
        return
      }
      await pauseBetweenTries(failures, result, clock, random, signal)
    }
  }

  #accept(entry: OutboxEntry, conversationId: ConversationId, posted: PostedMessage): void {
    const { id, sequence } = posted
    const { content, id: clientMessageId } = entry
    this.#meet(conversationId)
    if (!id || sequence === undefined) {
      this.threads.addUnsequenced(conversationId, { clientMessageId, content, timestamp: posted.timestamp })
      return
    }
    this.threads.add({
      ...{ id, conversationId, sequence, clientMessageId, content },
      ...{ role: this.api.audience.role, authorId: this.api.audience.authorId },
      kind: 'text',
      attachments: [],
      timestamp: posted.timestamp ?? new Date(this.#runtime.clock.nowMs()).toISOString(),
    })
  }

  #hear(frame: ServerFrame): void {
    switch (frame.type) {
      case 'ready':
        this.threads.resume(frame.conversations)
        // An agent's list grows, and another tab of this visitor may have opened the conversation.
        if (!this.#state.isListed || !this.#state.currentId) void this.refreshList()
        this.#outgoing.hurry()
        return
      case 'message':
        this.#hearMessage(frame.message)
        return
      case 'conversation':
        this.#meet(frame.conversation.id)
        // Beside a live line the messages come by themselves.
        if (this.#state.connection.state === 'polling')
          this.threads.hearOf(frame.conversation.id, frame.conversation.latestSequence)
        this.#update({
          conversations: withConversation(this.#state.conversations, frame.conversation, this.api.audience.order),
        })
        return
      // The rest is for whoever shows it.
      default:
    }
  }

  #hearMessage(message: Message): void {
    if (isNews(message, this.#state.threads.get(message.conversationId), this.api.audience))
      this.#connection.announce(message.id, () => {
        for (const listener of this.#announceListeners) listener(message)
      })
    this.#meet(message.conversationId)
    if (!this.threads.has(message.conversationId)) return
    this.threads.add(message)
    this.#attendance.noteMessage()
    // Our own message, seen on the socket before the answer to its request: it is stored, which is all the request was for.
    if (message.clientMessageId) void this.#outgoing.outbox.settle(message.clientMessageId)
  }

  /** Something was said in this conversation: it is the visitor's own where none was known. */
  #meet(id: ConversationId): void {
    if (this.api.audience.kind === 'visitor' && !this.#state.currentId) this.#setCurrent(id)
  }

  #setCurrent(id: ConversationId): void {
    if (this.#state.currentId === id) return
    this.#update({ currentId: id })
    this.#connect()
    if (this.#hasRealtime) this.watch(id)
    else this.threads.keep(id)
  }

  #hearRenewal(event: TokenEvent): void {
    this.#outgoing.delivery.hearRenewal(event)
    if (event.type !== 'renewed') return
    // The server is back, as it seems: the connection's own next try may be minutes away.
    this.#hurry()
    // Whoever refused the list has given a token since; without it the visitor's own conversation is not known, nor anything connected.
    if (this.#isStarted && !this.#state.isListed) void this.refreshList()
  }

  #hearLife(event: LifeEvent): void {
    this.#attendance.hear(event)
    if (event === 'leaving') this.#outgoing.rest()
    if (this.#isStarted && (event === 'visible' || event === 'returned')) void this.#outgoing.wake()
    if (event === 'visible' || event === 'returned' || event === 'online') {
      this.#hurry()
      if (this.#hasRealtime) this.threads.resume()
    }
  }

  /** The server does not know the visitor's conversation any more: the next message, or this one when it is tried again, opens another. */
  #forget(id: ConversationId): void {
    if (this.api.audience.kind !== 'visitor') return
    if (this.#state.currentId === id) this.#update({ currentId: undefined })
    for (const entry of this.#outgoing.outbox.entries)
      if (entry.conversationId === id) void this.#outgoing.outbox.assign(entry.id, undefined)
  }

  #hurry(): void {
    this.renewer.wake()
    this.#connection.hurry()
    this.#outgoing.hurry()
  }

  #update(change: Partial<ChatState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener(this.#state)
  }
}
