import type { AgentClient, ChatState, Typist } from '@helvino/client'
import type { AgentConversation } from '@helvino/protocol'
import { Text } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { Loading } from './Loading.tsx'
import type { InboxApi } from './api.ts'
import { authorName } from './author-name.ts'
import type { Draft } from './drafts.ts'
import { Happening } from './Happening.tsx'
import { visitorTitle } from './listing.ts'
import { overtakenBy } from './overtaken.ts'
import { ReplyBox, type ReplyBoxProps } from './ReplyBox.tsx'
import { Timeline } from './Timeline.tsx'
import { useEndInView } from './use-end-in-view.ts'
import { useMarkRead } from './use-mark-read.ts'
import { useNotes } from './use-notes.ts'
import type { Turn } from './use-turn.ts'
import { words } from './words/en.ts'

interface ThreadProps extends Pick<
  ReplyBoxProps,
  'mode' | 'onMode' | 'focusCount' | 'reply' | 'note' | 'replies' | 'onWrite' | 'onWantReplies' | 'onManageReplies'
> {
  readonly api: InboxApi
  readonly client: AgentClient
  readonly state: ChatState
  readonly turn: Turn
  readonly conversation: AgentConversation
  readonly nowMs: number
  /** Who else writes here. */
  readonly typists: readonly Typist[]
  /** Who reads here. */
  readonly userId: string
  /** What members of the team are called, by user id. */
  readonly names: ReadonlyMap<string, string>
  readonly draft: Draft | undefined
  readonly head: ReactNode
}

/** One conversation: its messages and notes, and a reply. Made anew for each conversation. */
export function Thread(props: ThreadProps) {
  const { api, client, state, turn, conversation, nowMs, typists, userId, names, draft, head, ...writing } = props
  const { chat } = client
  const { id } = conversation
  const items = chat.timeline(id)
  const held = state.threads.get(id)
  const firstSequence = held?.messages[0]?.sequence
  const people = { userId, names, visitorName: conversation.visitorName }
  const faster = overtakenBy(draft, held?.messages ?? [], userId)
  const scroller = useRef<HTMLDivElement>(null)

  useEffect(() => {
    chat.watch(id)
  }, [chat, id])
  useMarkRead({ api, chat, state, conversation })
  const { notes, addNote } = useNotes(client, id, turn)
  const { follow, onScroll } = useEndInView(scroller, items.at(-1)?.key, items.length + notes.length)

  return (
    <section className="thread" aria-label={visitorTitle(conversation)}>
      {head}
      <div
        className="scrolls"
        ref={scroller}
        tabIndex={0}
        role="group"
        aria-label={words.thread.messages}
        onScroll={onScroll}
      >
        {items.length === 0 && notes.length === 0 && <NoMessages isLoading={conversation.latestSequence > 0} />}
        {firstSequence !== undefined && firstSequence > 1 && (
          <Text size="xs" c="dimmed" ta="center" pt="sm">
            {words.thread.partial}
          </Text>
        )}
        <Timeline
          items={items}
          notes={notes}
          visitorReadSequence={conversation.visitorReadSequence}
          people={people}
          chat={chat}
          nowMs={nowMs}
        />
      </div>
      <Happening typists={typists} overtakenBy={faster && authorName(faster, people)} />
      <ReplyBox
        {...writing}
        isResolved={conversation.status === 'resolved'}
        onReply={(text) => {
          follow()
          return chat.send(text, id)
        }}
        onNote={(text) => {
          follow()
          return addNote(text)
        }}
      />
    </section>
  )
}

function NoMessages({ isLoading }: { readonly isLoading: boolean }) {
  return <div className="lone">{isLoading ? <Loading /> : <Text c="dimmed">{words.thread.empty}</Text>}</div>
}
