import type { ChatState } from '@helvino/client'

/** What an agent has to know of the connection; `undefined` while everything works. */
export type Notice =
  { readonly kind: 'connecting' } | { readonly kind: 'offline' } | { readonly kind: 'denied'; readonly code: string }

export function noticeOf({ connection, delivery }: Pick<ChatState, 'connection' | 'delivery'>): Notice | undefined {
  switch (connection.state) {
    case 'denied':
      return { kind: 'denied', code: connection.code }
    case 'waiting':
      return { kind: 'offline' }
    case 'offline':
    case 'connecting':
      return delivery.isFailing || (connection.state === 'connecting' && connection.attempt > 0)
        ? { kind: 'offline' }
        : { kind: 'connecting' }
    case 'live':
    case 'polling':
      return delivery.isFailing ? { kind: 'offline' } : undefined
  }
}
