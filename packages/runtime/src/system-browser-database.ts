import type { SharedValues } from './shared-values.ts'

// One on the connection that is held, and one or two on new ones.
const tries = 3

const open = () =>
  new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open('helvino')
    opening.onupgradeneeded = () => opening.result.createObjectStore('values')
    opening.onerror = reject
    opening.onsuccess = () => {
      resolve(opening.result)
    }
  })

const takeStep = (database: IDBDatabase, name: string, change: (kept: unknown) => unknown) =>
  new Promise<boolean>((resolve) => {
    // Kept is what the operating system has: it outlives a browser that is killed. For the disk itself nobody waits.
    const transaction = database.transaction('values', 'readwrite', { durability: 'relaxed' })
    const end = ({ type }: Event) => {
      database.removeEventListener('close', end)
      resolve(type === 'complete')
    }
    transaction.oncomplete = transaction.onabort = end
    // Where the connection is ended by the browser, Chromium may say so of the connection only, and nothing of its transaction.
    database.addEventListener('close', end)
    const values = transaction.objectStore('values')
    const reading: IDBRequest<unknown> = values.get(name)
    reading.onsuccess = () => {
      const next = change(reading.result)
      if (next !== reading.result) values.put(next, name)
      // Without waiting for the answer to what is put: where it is refused, the step as a whole is.
      transaction.commit()
    }
  })

/**
 * Values in IndexedDB; `update` rejects where there is none to be had. To open it takes longer than a step, so a page that is seen holds one
 * connection from step to step. It gives it up when it is seen no longer, so that none is open on a page that is frozen or in the back/forward
 * cache; when another tab wants to delete the database; and when a step fails. Where the site's data is cleared the held connection ends, and so may
 * one that is just being opened, so a step that fails says little of the storage, and is tried again on a new one.
 */
export function createBrowserDatabase(): SharedValues {
  let held: IDBDatabase | undefined
  // A step that has begun is finished all the same.
  const letGo = () => {
    held?.close()
    held = undefined
  }
  const hold = async () => {
    const database = await open()
    letGo()
    held = database
    database.onversionchange = letGo
    document.addEventListener('visibilitychange', letGo)
    return database
  }
  const step: SharedValues['update'] = async (name, change) => {
    let isKept = false
    try {
      // With no turn in between where one is held: what else the page has to do comes after.
      isKept = await takeStep(held ?? (await hold()), name, change)
      return isKept
    } finally {
      if (!isKept || document.hidden) letGo()
    }
  }
  return {
    async update(name, change) {
      for (let spare = tries - 1; spare > 0; spare -= 1) if (await step(name, change).catch(() => false)) return true
      return step(name, change)
    },
  }
}
