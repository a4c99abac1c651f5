import type { ChatClient, ChatState } from '@helvino/client'
import type { Runtime } from '@helvino/runtime'
import { useEffect, useState } from 'react'

/** Another number each time that what is shown has to be asked for again; `undefined` while the server cannot be asked. */
export type Turn = number | undefined

// What no list and no message tells of is asked for so often where there is no line that tells it.
const pollEveryMs = 30_000

/**
 * Frames that tell of a note, a visitor or a conversation are told once and have no number by which a lost one would be missed. So all of it
 * is asked for again by when the messages are: once the connection is back, and when the page is seen, taken up again or online again.
 */
export function useTurn({ clock, life }: Pick<Runtime, 'clock' | 'life'>, chat: ChatClient, state: ChatState): Turn {
  const [turn, setTurn] = useState(0)
  const connection = state.connection.state
  const isPolling = connection === 'polling'
  useEffect(
    () =>
      life.subscribe((event) => {
        if (event !== 'visible' && event !== 'returned' && event !== 'online') return
        setTurn((before) => before + 1)
        void chat.refreshList()
      }),
    [life, chat],
  )
  useEffect(() => {
    if (!isPolling) return undefined
    return clock.startTimer(pollEveryMs, () => {
      setTurn((before) => before + 1)
    })
  }, [clock, isPolling, turn])
  return isPolling || connection === 'live' ? turn : undefined
}
