import { asRecord, parseJson, protocolNumber } from '@helvino/protocol'
import WebSocket from 'ws'

type Frame = Readonly<Record<string, unknown>>

const answerWithinMs = 10_000

/** A raw socket to `/realtime`: what comes is kept, and can be waited for. */
export class SocketClient {
  readonly frames: Frame[] = []
  readonly opened: Promise<void>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  readonly #socket: WebSocket
  readonly #waiting = new Set<() => void>()

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/realtime`, { headers })
    this.#socket = socket
    this.opened = new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        resolve({ code, reason: reason.toString() })
      })
    })
    socket.on('message', (bytes: Buffer) => {
      const frame = asRecord(parseJson(bytes.toString()))
      if (frame) this.frames.push(frame)
      for (const check of [...this.#waiting]) check()
    })
  }

  send(frame: object | string): void {
    this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  async hello(
    token: { readonly orgToken: string } | { readonly agentToken: string },
    conversations: readonly { readonly id: string; readonly after: number }[] = [],
  ): Promise<Frame> {
    await this.opened
    this.send({ type: 'hello', protocol: protocolNumber, ...token, conversations })
    return this.until(({ type }) => type === 'ready')
  }

  /** The first frame, past or to come, for which `isWanted` holds. */
  until(isWanted: (frame: Frame) => boolean): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiting.delete(check)
        reject(new Error(`not among ${JSON.stringify(this.frames.slice(-5))}`))
      }, answerWithinMs)
      const check = () => {
        const frame = this.frames.find(isWanted)
        if (!frame) return
        this.#waiting.delete(check)
        clearTimeout(late)
        resolve(frame)
      }
      this.#waiting.add(check)
      check()
    })
  }

  messages(): Frame[] {
    return this.frames.flatMap(({ type, message }) => (type === 'message' ? [asRecord(message) ?? {}] : []))
  }

  close(): void {
    this.#socket.terminate()
  }
}
