import type { OutboxEntry } from './outbox-entry.ts'

/** Where an outbox is kept. One store belongs to one owner; nothing of another owner ever comes out of it. */
export interface OutboxStore {
  /** What was kept, in the order of entry. */
  load(): Promise<readonly OutboxEntry[]>
  /** Keeps or replaces an entry. False where it could not be kept: the entry then lives in the memory of this page only. */
  put(entry: OutboxEntry): Promise<boolean>
  remove(id: OutboxEntry['id']): Promise<void>
}

/** Opens the store of a name made by `ownedName`. The same name gives the same entries. */
export type OutboxStores = (name: string) => OutboxStore

/** Stores that last as long as this page: a widget taken down and put up again finds its messages. */
export function memoryOutboxStores(): OutboxStores {
  const stores = new Map<string, OutboxStore>()
  return (name) => {
    const store = stores.get(name) ?? memoryOutboxStore()
    stores.set(name, store)
    return store
  }
}

function memoryOutboxStore(): OutboxStore {
  const entries = new Map<string, OutboxEntry>()
  return {
    load: () => Promise.resolve([...entries.values()]),
    put: (entry) => {
      entries.set(entry.id, entry)
      return Promise.resolve(true)
    },
    remove: (id) => {
      entries.delete(id)
      return Promise.resolve()
    },
  }
}
