import type { Clock } from '@helvino/runtime'
import { onTestFinished } from 'vitest'
import { call } from '../api-client.ts'
import { type Exchange, FaultProxy } from './fault-proxy.ts'
import type { Fault } from './fault.ts'
import { openRealClient, type RealClient } from './real-client.ts'

export interface FaultyChat extends RealClient {
  readonly proxy: FaultProxy
  /** The same visitor says it from elsewhere: past this network and this page. */
  sayElsewhere(text: string): Promise<void>
  /** From here on that goes to another server: the one that was started again. */
  pointElsewhereTo(serverUrl: string): void
}

const isMessagePost = ({ method, path }: Pick<Exchange, 'method' | 'path'>): boolean =>
  method === 'POST' && /\/messages(\/batch)?$/.test(path)

export const messagePosts = ({ exchanges }: FaultProxy): readonly Exchange[] => exchanges.filter(isMessagePost)

/** The keys of the messages in one request: of one, or of several at once. */
export function clientMessageIds({ body }: Exchange): readonly string[] {
  const { messages, ...one } = JSON.parse(body) as { messages?: { clientMessageId: string }[]; clientMessageId: string }
  return (messages ?? [one]).map(({ clientMessageId }) => clientMessageId)
}

/** Sockets are blocked, as by many a company's network. */
export const noSockets = ({ path }: Pick<Exchange, 'path'>): Fault | undefined =>
  path === '/realtime' ? { kind: 'answer', status: 503 } : undefined

/** Neither a socket nor a long-poll tells of a message: it is known to be stored by the answer to its own request alone. */
export const noNews = ({ path, query }: Pick<Exchange, 'path' | 'query'>): Fault | undefined =>
  query.includes('waitMs=') ? { kind: 'answer', status: 503 } : noSockets({ path })

/** A network that tells no news, on which something goes wrong with the first request of each message, and nothing with the later ones. */
export function firstOfEach(fault: (nth: number, exchange: Exchange) => Fault | undefined) {
  const met = new Set<string>()
  let count = 0
  return (exchange: Exchange): Fault | undefined => {
    if (!isMessagePost(exchange)) return noNews(exchange)
    const fresh = clientMessageIds(exchange).filter((id) => !met.has(id))
    for (const id of fresh) met.add(id)
    return fresh.length > 0 ? fault(count++, exchange) : undefined
  }
}

/** A visitor with a network of its own between it and the server; not started. Both end with the test. */
export async function openFaultyChat(serverUrl: string, clock?: Clock): Promise<FaultyChat> {
  const proxy = await FaultProxy.open(serverUrl)
  const chat = openRealClient(proxy.url, clock)
  onTestFinished(async () => {
    chat.client.dispose()
    await proxy.close()
  })
  let elsewhereUrl = serverUrl
  return {
    ...chat,
    proxy,
    pointElsewhereTo(url) {
      elsewhereUrl = url
    },
    async sayElsewhere(text) {
      const visitorId = proxy.exchanges[0]?.headers.get('x-visitor-id') ?? ''
      const headers = {
        'x-org-key': 'demo',
        'x-visitor-id': visitorId,
        'x-org-token': chat.client.renewer.token() ?? '',
      }
      const path = `/conversations/${chat.client.state.currentId ?? ''}/messages`
      const { status } = await call(elsewhereUrl + path, { headers, body: { role: 'user', content: text } })
      if (status !== 201) throw new Error(`saying it elsewhere was answered with ${String(status)}`)
    },
  }
}
