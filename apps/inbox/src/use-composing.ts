import type { ConversationId } from '@helvino/protocol'
import { useState } from 'react'
import type { Mode } from './mode.ts'

export interface Composing {
  readonly mode: Mode
  /** Grows with each wish to write; 0 for a conversation that nobody has wished to write in. */
  readonly focusCount: number
  readonly setMode: (mode: Mode) => void
  /** Chooses what is written, and takes the focus there. */
  readonly write: (mode: Mode) => void
}

/** What is written in the conversation that is open: a reply, until something else is said. */
export function useComposing(id: ConversationId | undefined): Composing {
  const [wish, setWish] = useState<{
    readonly id: ConversationId | undefined
    readonly mode: Mode
    readonly count: number
  }>()
  const current = wish?.id === id ? wish : undefined
  const { mode = 'reply', count = 0 } = current ?? {}
  return {
    mode,
    focusCount: count,
    setMode: (next) => {
      setWish({ id, mode: next, count })
    },
    write: (next) => {
      setWish({ id, mode: next, count: count + 1 })
    },
  }
}
