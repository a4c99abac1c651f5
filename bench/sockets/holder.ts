import WebSocket from 'ws'
import { limits, protocolNumber } from '../../packages/protocol/src/index.ts'

// Holds many open sockets of one conversation in a process of its own, and tells when each message came to each.
// Usage: as a child process, with a HolderOrder as its first message.

export interface HolderOrder {
  /** `ws:` address of the gateway. */
  readonly url: string
  readonly sockets: number
  readonly orgToken: string
  readonly conversationId: string
}

export type HolderWord =
  | { readonly type: 'open' }
  /** When the message `text` came to each socket, ms since the epoch. */
  | { readonly type: 'heard'; readonly text: string; readonly atMs: readonly number[] }

const openedAtOnce = 100
const nowMs = () => performance.timeOrigin + performance.now()
const heard = new Map<string, number[]>()
const tell = (word: HolderWord) => process.send?.(word)

function hear(frame: string, sockets: number): void {
  const text = /"content":"([^"|]+)/.exec(frame)?.[1]
  if (text === undefined) return
  const atMs = heard.get(text) ?? []
  heard.set(text, atMs)
  atMs.push(nowMs())
  if (atMs.length === sockets) tell({ type: 'heard', text, atMs })
}

function open({ url, sockets, orgToken, conversationId }: HolderOrder): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    socket.on('error', reject)
    socket.on('open', () => {
      const conversations = [{ id: conversationId, after: 0 }]
      socket.send(JSON.stringify({ type: 'hello', protocol: protocolNumber, orgToken, conversations }))
    })
    socket.on('message', (bytes: Buffer) => {
      const frame = bytes.toString()
      if (frame.startsWith('{"type":"ready"')) resolve()
      else hear(frame, sockets)
    })
    const pings = setInterval(() => {
      socket.send('{"type":"ping"}')
    }, limits.pingEveryMs)
    socket.on('close', (code) => {
      clearInterval(pings)
      reject(new Error(`a socket was closed with ${code}`))
    })
  })
}

process.once('message', (order: HolderOrder) => {
  const openAll = async () => {
    for (let done = 0; done < order.sockets; done += openedAtOnce)
      await Promise.all(Array.from({ length: Math.min(openedAtOnce, order.sockets - done) }, () => open(order)))
    tell({ type: 'open' })
  }
  void openAll()
})
process.once('disconnect', () => {
  process.exit(0)
})
