import { type ConversationId, protocolNumber } from '@helvino/protocol'
import { backoffMs } from '@helvino/runtime'
import type { ConnectionPorts } from './connection.ts'

/** A connection as its owner sees it; what it hears and how it is comes through the ports. */
export interface LiveConnection {
  /** Connects, and stays connected until `close`. Does nothing where it is open. */
  open(): void
  close(): void
  /** A reason to try now. */
  hurry(): void
  /** The owner writes there; said where there is a connection, else there is nobody to tell. */
  noteTyping(conversationId: ConversationId): void
}

/** `name`: of what the tabs of one owner share. */
export type Connect = (ports: ConnectionPorts, name: string) => LiveConnection

/** Fetches what connects: it is not needed before there is something to hear. `attempt`: how often that has failed. */
export type LoadConnect = (attempt: number) => Promise<Connect>

const baseMs = 1_000
const capMs = 30_000

/**
 * A connection whose code is loaded when it is first opened, as often as it takes. A page that is older than the server's files may never get it:
 * at each try what is new is asked for instead.
 */
export class LateConnection implements LiveConnection {
  readonly #ports: ConnectionPorts
  readonly #name: string
  readonly #load: LoadConnect
  #loaded: LiveConnection | undefined
  #isOpen = false
  #isLoading = false
  #failures = 0
  #cancelTimer: (() => void) | undefined

  constructor(ports: ConnectionPorts, name: string, load: LoadConnect) {
    this.#ports = ports
    this.#name = name
    this.#load = load
  }

  open(): void {
    if (this.#loaded) this.#loaded.open()
    else if (!this.#isOpen) {
      this.#isOpen = true
      void this.#start()
    }
  }

  close(): void {
    this.#isOpen = false
    this.#cancelTimer?.()
    if (this.#loaded) this.#loaded.close()
    else this.#ports.onState({ state: 'offline' })
  }

  hurry(): void {
    this.#loaded?.hurry()
  }

  noteTyping(conversationId: ConversationId): void {
    this.#loaded?.noteTyping(conversationId)
  }

  async #start(): Promise<void> {
    if (this.#isLoading) return
    this.#isLoading = true
    const { onState, onFrame, runtime } = this.#ports
    onState({ state: 'connecting', attempt: this.#failures })
    try {
      const connect = await this.#load(this.#failures)
      this.#loaded = connect(this.#ports, this.#name)
    } catch {
      // Tried again below, and shown until then.
      this.#failures += 1
    }
    this.#isLoading = false
    if (!this.#isOpen) return
    if (this.#loaded) {
      this.#loaded.open()
      return
    }
    onState({ state: 'waiting', attempt: this.#failures })
    onFrame({ type: 'ready', protocol: protocolNumber, conversations: [] }, '')
    const delayMs = backoffMs(this.#failures - 1, baseMs, capMs, runtime.random)
    this.#cancelTimer = runtime.clock.startTimer(delayMs, () => {
      void this.#start()
    })
  }
}
