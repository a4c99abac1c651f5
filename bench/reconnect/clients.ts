import { setTimeout as pause } from 'node:timers/promises'
import { openRealClient, type RealClient } from '../../apps/server/tests/faults/real-client.ts'
import type { ClientOrder, ClientWord } from './client-words.ts'

// Many visitors' clients as pages have them, each with a person at it, over real sockets, in a process of their own.
// Usage: as a child process that is sent a ClientOrder at a time, and sends ClientWords.

const clients: RealClient[] = []
const nowMs = () => performance.timeOrigin + performance.now()
const tell = (word: ClientWord) => process.send?.(word)

async function open(url: string): Promise<void> {
  const opened = openRealClient(url)
  const client = clients.push(opened) - 1
  let isLive = false
  opened.client.subscribe(({ connection }) => {
    if (isLive === (connection.state === 'live')) return
    isLive = !isLive
    tell({ type: isLive ? 'live' : 'lost', client, atMs: nowMs() })
  })
  opened.client.setEngaged(true)
  await opened.client.start()
}

async function tellWhenQuiet(): Promise<void> {
  while (!clients.every((one) => one.isQuiet())) await pause(50)
  tell({ type: 'quiet', shown: clients.map((one) => one.shown()) })
}

async function obey(order: ClientOrder): Promise<void> {
  switch (order.type) {
    case 'open':
      for (let n = 0; n < order.clients; n += 1) await open(order.url)
      return
    case 'say':
      await Promise.all(clients.map(({ say }, n) => say(`${order.text} ${String(n)}`)))
      tell({ type: 'said' })
      return tellWhenQuiet()
  }
}

let obeyed: Promise<unknown> = Promise.resolve()
process.on('message', (order: ClientOrder) => {
  obeyed = obeyed.then(() => obey(order))
})
process.once('disconnect', () => {
  process.exit(0)
})
