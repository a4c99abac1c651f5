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

/** What is on a visible page is read. A mark that did not arrive is set again when the connection is back. */
export function useMarkRead({ api, chat, state, conversation }: Reading): void {
  const { id, readSequence } = conversation
  const isVisible = useVisible(api.runtime.life)
  const isLive = ['live', 'polling'].includes(state.connection.state)
  const shownSequence = state.threads.get(id)?.messages.at(-1)?.sequence
  useEffect(() => {
    if (!isVisible || !isLive || shownSequence === undefined || shownSequence <= readSequence) return
    // A failure shows as the unread dot that stays; the next message or connection marks again.
    void chat.act(id, 'read', { sequence: shownSequence })
  }, [chat, id, isVisible, isLive, shownSequence, readSequence])
}
