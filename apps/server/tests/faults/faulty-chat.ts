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

export const clientMessageId = ({ body }: Exchange): string =>
  (JSON.parse(body) as { clientMessageId: string }).clientMessageId

const isMessagePost = ({ method, path }: Pick<Exchange, 'method' | 'path'>): boolean =>
  method === 'POST' && path.endsWith('/messages')

/** Sockets are blocked, as by many a company's network: a message is then stored by the answer to its request alone. */
export const noSockets = ({ path }: Pick<Exchange, 'path'>): Fault | undefined =>
  path === '/realtime' ? { kind: 'answer', status: 503 } : undefined

/** A network without sockets on which something goes wrong with the first request of each message, and nothing with the later ones. */
export function firstOfEach(fault: (nth: number, exchange: Exchange) => Fault | undefined) {
  const met: string[] = []
  return (exchange: Exchange): Fault | undefined => {
    if (!isMessagePost(exchange)) return noSockets(exchange)
    const id = clientMessageId(exchange)
    if (met.includes(id)) return undefined
    met.push(id)
    return fault(met.length - 1, exchange)
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
