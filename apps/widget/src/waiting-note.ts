import type { Site } from '@helvino/client'
import type { KeyValue } from '@helvino/runtime'
import { visitorKeyOf } from './visitor-identity.ts'

/** A note on this device, of one `owner` who has signed in or else of the device's own visitor, that messages wait to be sent: the next page then starts its panel unasked, hidden, and they go. */
export interface WaitingNote {
  isThere(): boolean
  write(isWaiting: boolean): void
}

export function createWaitingNote(site: Site, storage: KeyValue, owner = ''): WaitingNote {
  const key = `${visitorKeyOf(site)}/waiting${owner}`
  return {
    isThere: () => storage.get(key) !== undefined,
    write(isWaiting) {
      if (isWaiting) storage.set(key, '1')
      else storage.remove(key)
    },
  }
}
