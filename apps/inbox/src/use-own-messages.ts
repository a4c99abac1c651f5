import type { OutboxEntry } from '@helvino/client'
import type { ClientMessageId } from '@helvino/protocol'
import { useState } from 'react'

// Many times what an outbox holds: what is forgotten was stored long ago.
const maxIds = 2_000

/** What this agent has sent from this device since the page was opened, in whichever tab. */
export function useOwnMessages(outbox: readonly OutboxEntry[]): ReadonlySet<ClientMessageId> {
  const [own, setOwn] = useState<ReadonlySet<ClientMessageId>>(new Set())
  const fresh = outbox.map(({ id }) => id).filter((id) => !own.has(id))
  if (fresh.length > 0) setOwn(new Set([...own, ...fresh].slice(-maxIds)))
  return own
}
