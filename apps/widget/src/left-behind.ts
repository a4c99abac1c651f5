import type { ChatClient, OutboxEntry, Site } from '@helvino/client'
import type { KeyValue } from '@helvino/runtime'
import { visitorKeyOf } from './visitor-identity.ts'

/** Where the ids of visitors are kept who were signed out while messages of theirs waited, with a space between. */
export const leftKeyOf = (site: Site): string => `${visitorKeyOf(site)}/left`

export const isWaiting = (outbox: readonly OutboxEntry[]): boolean =>
  outbox.some(({ delivery }) => delivery.state !== 'failed')

/** Sends what such visitors have left, unseen and each as who they were, until nothing of them waits. Returns what ends it. */
export function sendLeft(
  key: string,
  storage: KeyValue,
  openAs: (visitorId: string) => ChatClient,
  onSent: () => void,
): () => void {
  const ids = () => storage.get(key)?.split(' ') ?? []
  const clients = ids().map((id) => {
    const client = openAs(id)
    const unread = client.state.outbox
    client.subscribe(({ outbox }) => {
      if (outbox === unread || isWaiting(outbox)) return
      const rest = ids().filter((other) => other !== id)
      if (rest.length > 0) storage.set(key, rest.join(' '))
      else storage.remove(key)
      client.dispose()
      onSent()
    })
    void client.start()
    return client
  })
  return () => {
    for (const client of clients) client.dispose()
  }
}
