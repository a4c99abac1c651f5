import type { ChatClient, ChatState } from '@helvino/client'
import type { AgentConversation } from '@helvino/protocol'
import { useEffect } from 'react'
import type { InboxApi } from './api.ts'
import { useVisible } from './use-visible.ts'

interface Reading {
  readonly api: InboxApi
  readonly chat: ChatClient
  readonly state: ChatState
  readonly conversation: AgentConversation
}

// Messages that come together are marked together, and the mark's own write on the server is in the way of none of them.
const settledAfterMs = 300

/** What has been on a visible page for a moment is read. A mark that did not arrive is set again when the connection is back. */
export function useMarkRead({ api, chat, state, conversation }: Reading): void {
  const { id, readSequence } = conversation
  const isVisible = useVisible(api.runtime.life)
  const isLive = ['live', 'polling'].includes(state.connection.state)
  const shownSequence = state.threads.get(id)?.messages.at(-1)?.sequence
  useEffect(() => {
    if (!isVisible || !isLive || shownSequence === undefined || shownSequence <= readSequence) return
    return api.runtime.clock.startTimer(settledAfterMs, () => {
      // A failure shows as the unread dot that stays; the next message or connection marks again.
      void chat.act(id, 'read', { sequence: shownSequence })
    })
  }, [api, chat, id, isVisible, isLive, shownSequence, readSequence])
}
