import type { AgentClient, CallResult } from '@helvino/client'
import type { AgentConversation, ConversationId } from '@helvino/protocol'
import { useRef, useState } from 'react'
import { words } from './words/en.ts'

export interface ConversationActions {
  readonly isBusy: boolean
  /** Why the last one was not done; `undefined` where it was. */
  readonly problem: string | undefined
  /** `null`: nobody's. */
  readonly assign: (userId: string | null) => void
  readonly toggleStatus: () => void
}

/** What an agent does with the conversation that is open. What changes by it comes back over the live connection. */
export function useConversationActions(
  { chat, desk }: AgentClient,
  conversation: AgentConversation | undefined,
): ConversationActions {
  const [busyId, setBusyId] = useState<ConversationId>()
  const last = useRef<Promise<void>>(Promise.resolve())
  const [failed, setFailed] = useState<{ readonly id: ConversationId; readonly text: string }>()

  /** One after the other, in the order of the clicks: what is chosen while another choice is on its way is done too. */
  function run(act: (id: ConversationId) => Promise<CallResult<unknown>>): void {
    if (!conversation) return
    const { id } = conversation
    setBusyId(id)
    setFailed(undefined)
    last.current = last.current.then(async () => {
      const result = await act(id)
      setBusyId((busy) => (busy === id ? undefined : busy))
      if (result.kind === 'refused') setFailed({ id, text: words.thread.refused(result.code) })
      if (result.kind === 'unreachable') setFailed({ id, text: words.thread.notDone })
    })
  }

  return {
    isBusy: conversation !== undefined && busyId === conversation.id,
    problem: conversation && failed?.id === conversation.id ? failed.text : undefined,
    assign: (userId) => {
      run((id) => desk.assign(id, userId))
    },
    toggleStatus: () => {
      run((id) => chat.act(id, conversation?.status === 'open' ? 'resolve' : 'reopen'))
    },
  }
}
