import type { ConversationId } from '@helvino/protocol'
import { type SimAnswer, SimBrowser } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createAgentClient } from './agent-client.ts'
import { agentOwner, ownedName } from './owner.ts'

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const conversation = (name: string) => name as ConversationId

/** An agent's client before a server that takes replies, as far as a test lets it. */
function rig() {
  const posts: string[] = []
  const override: { respond: (path: string) => SimAnswer | undefined } = { respond: () => undefined }
  const browser = new SimBrowser({
    server: {
      onConnection: () => undefined,
      respond: ({ url, method, body }): SimAnswer => {
        const path = new URL(url).pathname
        if (path === '/api/agent/token') {
          const nowSeconds = Math.floor(browser.timeline.nowMs / 1_000)
          const agentToken = `${part({})}.${part({ iat: nowSeconds, exp: nowSeconds + 300 })}.c2ln`
          return { status: 200, body: { agentToken, timestamp: new Date(browser.timeline.nowMs).toISOString() } }
        }
        const overridden = method === 'POST' ? override.respond(path) : undefined
        if (overridden) return overridden
        if (method !== 'POST' || !path.endsWith('/messages')) return { status: 404, body: { code: 'not_found' } }
        posts.push(`${path.split('/')[4] ?? ''}: ${(JSON.parse(body ?? '') as { content: string }).content}`)
        return { status: 201, body: { id: String(posts.length), role: 'agent', sequence: posts.length } }
      },
    },
  })
  const tab = browser.openTab()
  const options = { runtime: tab.runtime, apiUrl: 'https://chat.test', orgId: 'o1', userId: 'u1' }
  const open = () => createAgentClient(options).chat
  return { browser, timeline: browser.timeline, open, posts, override }
}

describe('an agent’s client', () => {
  it('[CV19] does not hold up the reply to one visitor where that to another cannot be sent', async () => {
    const { timeline, open, posts, override } = rig()
    override.respond = (path) => (path.includes('/c1/') ? { status: 503 } : undefined)
    const chat = open()
    void chat.start()
    await timeline.advance(1_000)
    await chat.send('to the first', conversation('c1'))
    await chat.send('to the second', conversation('c2'))
    await timeline.advance(5_000)
    expect(posts).toEqual(['c2: to the second'])
    expect(chat.state.outbox.map(({ content }) => content)).toEqual(['to the first'])
    override.respond = () => undefined
    await timeline.advance(60_000)
    expect(posts).toEqual(['c2: to the second', 'c1: to the first'])
    chat.dispose()
  })

  it('[CV20] fails a kept reply visibly where its conversation can no longer be read, and sends it to nobody', async () => {
    const { browser, timeline, open, posts } = rig()
    const entry = { id: 'i', content: 'to whom?', createdAtMs: timeline.nowMs, conversationId: 'a b' }
    browser.database.set(`${ownedName(agentOwner('o1', 'u1'), 'outbox')}/1`, { entries: [entry], lanes: {} })
    const chat = open()
    void chat.start()
    await timeline.advance(60_000)
    expect(posts).toEqual([])
    expect(chat.state.outbox).toMatchObject([{ content: 'to whom?', delivery: { state: 'failed', code: 'not_found' } }])
    chat.dispose()
  })
})
