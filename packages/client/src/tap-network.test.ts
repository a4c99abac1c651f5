import { type ConversationId, decodeAgentConversation, type ServerFrame } from '@helvino/protocol'
import { SimBrowser, type SimServerSocket } from '@helvino/testkit'
import { expect, it } from 'vitest'
import { tapNetwork } from './tap-network.ts'

const ready = JSON.stringify({ type: 'ready', protocol: 2, conversations: [] })
const typing = { type: 'typing', conversationId: 'c1' as ConversationId } as const

it('[TY4] tells nothing before the connection is live, and speaks on the one that came back', async () => {
  const sockets: SimServerSocket[] = []
  const browser = new SimBrowser({
    server: { respond: () => ({ status: 500 }), onConnection: (socket) => sockets.push(socket) },
  })
  const heard: ServerFrame[] = []
  const owner: string[] = []
  const { network, tell } = tapNetwork(browser.openTab().runtime.network, decodeAgentConversation, (frame) =>
    heard.push(frame),
  )
  const open = async () => {
    const listener = { onOpen: () => undefined, onText: (text: string) => owner.push(text), onClose: () => undefined }
    const socket = network.openSocket('wss://chat.test/realtime', listener)
    await browser.timeline.advance(1_000)
    return socket
  }
  const first = await open()
  tell(typing)
  sockets[0]?.send(ready)
  await browser.timeline.advance(1_000)
  tell(typing)
  await browser.timeline.advance(1_000)
  expect(sockets[0]?.received).toEqual([JSON.stringify(typing)])

  first.close(1000, '')
  await open()
  sockets[1]?.send('{"type":"pong"}')
  await browser.timeline.advance(1_000)
  tell(typing)
  sockets[1]?.send(ready)
  sockets[1]?.send(JSON.stringify({ ...typing, role: 'user' }))
  sockets[1]?.send('{"type":"confetti"}')
  await browser.timeline.advance(1_000)
  expect(sockets[1]?.received).toEqual([])
  tell(typing)
  await browser.timeline.advance(1_000)
  expect(sockets[1]?.received).toEqual([JSON.stringify(typing)])
  expect(heard.map(({ type }) => type)).toEqual(['ready', 'pong', 'ready', 'typing'])
  expect(owner).toHaveLength(5)
})
