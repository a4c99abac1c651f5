import { type ConversationId, type MessageId, protocolNumber } from '@helvino/protocol'
import { type Channel, sleep, uuid } from '@helvino/runtime'
import { Announcer } from './announcer.ts'
import { Connection, type ConnectionPorts, type ConnectionState } from './connection.ts'
import { decodeFrame } from './decode-frame.ts'
import type { Connect, LiveConnection } from './late-connection.ts'
import { decodeLineWord, type LeaderNews, type LeaderWord, type LineWord } from './line-word.ts'

/** A tab that leads says something at least so often. */
const beatEveryMs = 15_000
/** After this a tab that follows asks. */
const silentAfterMs = 20_000
const lookEveryMs = 5_000
/** While somebody looks, and nobody is known to lead. */
const seekEveryMs = 250
/** How long a tab that leads may take for an answer. */
const answerWithinMs = 3_000
/** A hidden tab has time. */
const hiddenAnswerWithinMs = 30_000
/** How long a lock that is free although somebody leads is doubted. */
const lockDoubtMs = 500

/** Where a tab that led leaves off: how often it had failed, and how long the server wants no try. */
interface Handover {
  readonly attempt: number
  readonly blockedMs: number
}

interface Leader {
  readonly from: string
  readonly term: number
  readonly count: number
}

const isAfter = (one: Omit<Leader, 'count'>, other: Omit<Leader, 'count'>): boolean =>
  one.term > other.term || (one.term === other.term && one.from > other.from)

/**
 * The one connection of all tabs of an owner. One tab leads: it has the connection and tells the others what the server says; they show the
 * same. A lock decides at once who begins, and words on a channel who goes on: a leader that is silent is replaced, lock or not, and gives way
 * when it hears of that. So a frozen tab holds nobody up, and without locks or without channels each tab gets what it needs.
 */
class SharedConnection implements LiveConnection {
  readonly #ports: ConnectionPorts
  readonly #name: string
  readonly #own: Connection
  readonly #id: string
  readonly #announcer: Announcer
  #state: ConnectionState = { state: 'offline' }
  #channel: Channel | undefined
  /** While this tab leads. */
  #lead: { readonly term: number; count: number } | undefined
  #leader: Leader | undefined
  /** Tabs that follow and are seen, as far as this one knows. */
  readonly #seen = new Set<string>()
  #handover: Handover = { attempt: 0, blockedMs: 0 }
  #heardAtMs = 0
  /** Since when a leader owes an answer. */
  #askedAtMs: number | undefined
  /** Settles when the lock is not this tab's, or is so no longer. */
  #claimed: Promise<void> | undefined
  #release: (() => void) | undefined
  #cancelTimer: (() => void) | undefined
  #unsubscribe: (() => void) | undefined
  #stop = new AbortController()

  /** `name`: of the lock and the channel; tabs of another owner must never meet it. */
  constructor(ports: ConnectionPorts, name: string) {
    this.#ports = ports
    // The number grows when a word changes so that an older tab, left open over a deploy, would misread it.
    this.#name = `${name}/1`
    this.#id = uuid(ports.runtime.random)
    this.#announcer = new Announcer(ports.runtime, this.#name, (id) => {
      this.#channel?.post({ type: 'told', from: this.#id, id } satisfies LineWord)
    })
    this.#own = new Connection({
      ...ports,
      onFrame: (frame, text) => {
        this.#say({ type: 'frame', text })
        ports.onFrame(frame, text)
      },
      onState: (state) => {
        if (!this.#lead) return
        this.#show(state)
        this.#sayState()
      },
    })
  }

  /** Takes part until `close`. Does nothing while it does. */
  open(): void {
    if (this.#channel) return
    this.#stop = new AbortController()
    const channel = this.#ports.runtime.channels.open(this.#name, (message) => {
      const word = decodeLineWord(message)
      if (word && this.#channel === channel) this.#hear(word)
    })
    this.#channel = channel
    this.#unsubscribe = this.#ports.runtime.life.subscribe((event) => {
      if (event !== 'visible' && event !== 'hidden') return
      if (this.#lead) this.#sayState()
      else this.#ask()
    })
    this.#handover = { attempt: 0, blockedMs: 0 }
    this.#seek()
  }

  /** Takes part no longer: nothing is held, and another tab has the connection at once. */
  close(): void {
    if (!this.#channel) return
    const word = this.#lead ? this.#count(this.#bye()) : this.#question(false, false)
    void this.#leave(this.#channel, word, this.#release && this.#claimed)
    this.#unsubscribe?.()
    this.#channel = undefined
    this.#endLead()
    this.#stop.abort()
    this.#cancelTimer?.()
    this.#leader = undefined
    this.#show({ state: 'offline' })
  }

  /** A page that the browser keeps for "back" is thrown out when another tab asks for a lock of its: it has none any more when they hear of this. */
  async #leave(channel: Channel, word: unknown, freed: Promise<void> | undefined): Promise<void> {
    await freed
    channel.post(word)
    channel.close()
  }

  /** A reason to try now, in whichever tab leads. */
  hurry(): void {
    if (this.#lead) this.#own.hurry()
    else this.#ask(true)
  }

  /** Somebody writes there. */
  noteTyping(conversationId: ConversationId): void {
    if (this.#lead) this.#own.noteTyping(conversationId)
    else this.#channel?.post({ type: 'typing', from: this.#id, conversationId } satisfies LineWord)
  }

  announce(id: MessageId, fire: () => void): void {
    if (this.#lead || this.#ports.runtime.life.isVisible())
      void this.#announcer.announce(id, fire, this.#seen.size === 0, this.#stop.signal)
  }

  /** Nobody is known to lead. Takes the lead where the lock is free, and asks who has it otherwise. */
  #seek(delayMs = 0): void {
    this.#leader = undefined
    this.#askedAtMs = undefined
    this.#show({ state: 'connecting', attempt: this.#handover.attempt })
    this.#arm(delayMs, () => {
      this.#ask()
      this.#look()
    })
  }

  /** Again and again, while this tab does not lead: is it time to? */
  #look(): void {
    const { clock, life } = this.#ports.runtime
    const nowMs = clock.monotonicMs()
    const isSeen = life.isVisible()
    const patienceMs = isSeen ? answerWithinMs : hiddenAnswerWithinMs
    if (this.#askedAtMs !== undefined && nowMs - this.#askedAtMs >= patienceMs) {
      this.#begin()
      return
    }
    if (nowMs - this.#heardAtMs >= silentAfterMs) this.#ask()
    this.#claim()
    const isSettled = this.#leader && this.#askedAtMs === undefined
    this.#arm(isSeen && !isSettled ? seekEveryMs : lookEveryMs, () => {
      this.#look()
    })
  }

  #claim(): void {
    const { locks } = this.#ports.runtime
    const { signal } = this.#stop
    this.#claimed ??= locks
      .holdIfFree(this.#name, () => this.#hold(signal))
      .then(() => {
        this.#claimed = undefined
      })
  }

  async #hold(signal: AbortSignal): Promise<void> {
    // Whoever leads has died without a word, or leads without the lock, or there are none here.
    if (this.#leader && !this.#lead) {
      const heardAtMs = this.#heardAtMs
      this.#ask()
      await sleep(this.#ports.runtime.clock, lockDoubtMs, signal).catch(() => undefined)
      if (this.#heardAtMs !== heardAtMs) return
    }
    if (signal.aborted) return
    if (!this.#lead) this.#begin()
    await new Promise<void>((resolve) => {
      this.#release = resolve
    })
  }

  #begin(): void {
    const term = Math.max(this.#ports.runtime.clock.nowMs(), (this.#leader?.term ?? 0) + 1)
    const { attempt, blockedMs } = this.#handover
    this.#lead = { term, count: 0 }
    this.#seen.clear()
    this.#leader = undefined
    this.#askedAtMs = undefined
    this.#own.open(attempt, blockedMs)
  }

  #endLead(): void {
    this.#lead = undefined
    this.#own.close()
    this.#release?.()
    this.#release = undefined
  }

  #bye(): LeaderNews {
    const { state, blockedMs } = this.#own
    return { type: 'bye', attempt: 'attempt' in state ? state.attempt : 0, blockedMs }
  }

  #hear(word: LineWord): void {
    if (word.type === 'told') {
      this.#announcer.note(word.id)
      return
    }
    if (word.type === 'ask') {
      if (this.#lead) this.#answer(word)
      return
    }
    if (word.type === 'typing') {
      if (this.#lead) this.#own.noteTyping(word.conversationId)
      return
    }
    if (this.#lead) {
      if (!isAfter(word, { from: this.#id, term: this.#lead.term })) {
        this.#sayState()
        return
      }
      this.#endLead()
      this.#look()
    }
    this.#follow(word)
  }

  #answer({ from, seen, eager }: LineWord & { type: 'ask' }): void {
    if (seen) this.#seen.add(from)
    else this.#seen.delete(from)
    const isSeen = this.#ports.runtime.life.isVisible()
    // Nobody tries for a page that is hidden: whoever is seen does.
    if (seen && !isSeen && this.#own.state.state === 'waiting') {
      this.#say(this.#bye())
      this.#endLead()
      this.#seekInTurn()
      return
    }
    // A hidden page's timers are slowed down: then its pings come by the clock of those that ask.
    if (eager || !isSeen) this.#own.hurry()
    this.#sayState()
  }

  /** A page that is seen goes first. */
  #seekInTurn(): void {
    const { life, random } = this.#ports.runtime
    this.#seek(life.isVisible() ? 0 : 1_000 + 1_000 * random.fraction())
  }

  #follow(word: LeaderWord): void {
    const before = this.#leader
    // One that is about to give way to the one that we know.
    if (before && before.from !== word.from && isAfter(before, word)) return
    this.#heardAtMs = this.#ports.runtime.clock.monotonicMs()
    this.#askedAtMs = undefined
    this.#leader = word
    switch (word.type) {
      case 'bye':
        this.#handover = word
        this.#seekInTurn()
        return
      case 'state':
        this.#hearState(word)
        break
      case 'frame':
        this.#hearFrame(word.text)
    }
    const isSame = before?.from === word.from && before.term === word.term
    const isNext = isSame && word.count === before.count + 1
    // It does not know yet that somebody looks here.
    if (!isSame && this.#ports.runtime.life.isVisible()) this.#ask()
    // Something may have been missed, as where a line was lost and is back.
    if (!isNext && ['live', 'polling'].includes(this.#state.state))
      this.#ports.onFrame({ type: 'ready', protocol: protocolNumber, conversations: [] }, '')
  }

  #hearState({ seen, line }: LeaderWord & { type: 'state' }): void {
    this.#handover = { attempt: 0, blockedMs: 0 }
    this.#show(line)
    // A hidden page waits for a reason to try again: one that is seen has it.
    if (line.state === 'waiting' && !seen && this.#ports.runtime.life.isVisible()) this.#ask()
  }

  #hearFrame(text: string): void {
    const frame = decodeFrame(text, this.#ports.audience)
    if (!['live', 'polling'].includes(this.#state.state)) this.#show({ state: 'live' })
    if (frame?.type === 'ready') {
      // What the leader has recovered is not all that we may have missed.
      const conversations = frame.conversations.filter(({ recovered }) => !recovered)
      this.#ports.onFrame({ ...frame, conversations }, text)
    } else if (frame) this.#ports.onFrame(frame, text)
  }

  #ask(eager = false, seen = this.#ports.runtime.life.isVisible()): void {
    this.#askedAtMs ??= this.#ports.runtime.clock.monotonicMs()
    this.#channel?.post(this.#question(eager, seen))
  }

  #question(eager: boolean, seen: boolean): LineWord {
    return { type: 'ask', from: this.#id, seen, eager }
  }

  /** As this tab's next word, where it leads. */
  #count(news: LeaderNews): LineWord | undefined {
    if (!this.#lead) return undefined
    this.#lead.count += 1
    return { from: this.#id, term: this.#lead.term, count: this.#lead.count, ...news }
  }

  #say(news: LeaderNews): void {
    const word = this.#count(news)
    if (!word) return
    this.#channel?.post(word)
    this.#arm(beatEveryMs, () => {
      if (!this.#release) this.#claim()
      this.#sayState()
    })
  }

  #sayState(): void {
    this.#say({ type: 'state', seen: this.#ports.runtime.life.isVisible(), line: this.#own.shown })
  }

  #show(state: ConnectionState): void {
    this.#state = state
    this.#ports.onState(state)
  }

  /** There is one timer: a tab either leads or follows. */
  #arm(delayMs: number, onDue: () => void): void {
    this.#cancelTimer?.()
    this.#cancelTimer = this.#ports.runtime.clock.startTimer(delayMs, onDue)
  }
}

/** A connection that is shared by all tabs of its owner. */
export const connectShared: Connect = (ports, name) => new SharedConnection(ports, name)
