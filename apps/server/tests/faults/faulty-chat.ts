import type { Clock } from '@helvino/runtime'
import { onTestFinished } from 'vitest'
import { type Exchange, FaultProxy } from './fault-proxy.ts'
import type { Fault } from './fault.ts'
import { openRealClient, type RealClient } from './real-client.ts'

export interface FaultyChat extends RealClient {
  readonly proxy: FaultProxy
}

export const isMessagePost = ({ method, path }: Pick<Exchange, 'method' | 'path'>): boolean =>
  method === 'POST' && path.endsWith('/messages')

/** Sockets are blocked, as by many a company's network: a message is then stored by the answer to its request alone. */
export const noSockets = ({ path }: Pick<Exchange, 'path'>): Fault | undefined =>
  path === '/realtime' ? { kind: 'answer', status: 503 } : undefined

/** A visitor with a network of its own between it and the server; not started. Both end with the test. */
export async function openFaultyChat(serverUrl: string, clock?: Clock): Promise<FaultyChat> {
  const proxy = await FaultProxy.open(serverUrl)
  const chat = openRealClient(proxy.url, clock)
  onTestFinished(async () => {
    chat.client.dispose()
    await proxy.close()
  })
  return { ...chat, proxy }
}
