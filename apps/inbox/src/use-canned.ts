import type { SavedReply } from '@helvino/protocol'
import { type KeyboardEvent, useState } from 'react'
import { askedReply, matchingReplies } from './matching-replies.ts'

export interface Canned {
  /** Those to choose from; empty where nothing is asked for. */
  readonly matches: readonly SavedReply[]
  /** What is asked for and there is none of; `undefined` where there is, or nothing is asked for. */
  readonly missed: string | undefined
  readonly active: number
  readonly choose: (reply: SavedReply) => void
  /** True where the key was for the list. */
  readonly takeKey: (event: KeyboardEvent) => boolean
}

/** The list of saved replies that opens where a text begins with a slash. */
export function useCanned(text: string, replies: readonly SavedReply[], onChoose: (reply: SavedReply) => void): Canned {
  const [closedFor, setClosedFor] = useState<string>()
  const [at, setAt] = useState({ text, index: 0 })
  const matches = closedFor === text ? [] : matchingReplies(text, replies)
  const active = at.text === text ? Math.min(at.index, Math.max(0, matches.length - 1)) : 0
  const missed = closedFor === text || matches.length > 0 ? undefined : askedReply(text)

  function takeKey(event: KeyboardEvent): boolean {
    const chosen = matches[active]
    const isShown = chosen !== undefined || missed !== undefined
    if (!isShown || event.nativeEvent.isComposing) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Escape') setClosedFor(text)
    else if (!chosen) return false
    else if (step !== undefined) setAt({ text, index: (active + step + matches.length) % matches.length })
    else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') onChoose(chosen)
    else return false
    event.preventDefault()
    return true
  }

  return { matches, missed, active, choose: onChoose, takeKey }
}
