import type { ChatClient, ChatState, Typist } from '@helvino/client'
import type { AgentConversation, ClientMessageId } from '@helvino/protocol'
import { Button, Group, Loader, Text } from '@mantine/core'
import { memo, useEffect, useRef, useState } from 'react'
import type { InboxApi } from './api.ts'
import { BackLink } from './BackLink.tsx'
import { Composer } from './Composer.tsx'
import type { Draft } from './drafts.ts'
import { Happening } from './Happening.tsx'
import { visitorName } from './listing.ts'
import { isOvertaken } from './overtaken.ts'
import { TimelineRow } from './TimelineRow.tsx'
import { useEndInView } from './use-end-in-view.ts'
import { useMarkRead } from './use-mark-read.ts'
import { words } from './words/en.ts'

interface ThreadProps {
  readonly api: InboxApi
  readonly chat: ChatClient
  readonly state: ChatState
  readonly conversation: AgentConversation
  readonly nowMs: number
  /** Who else writes here. */
  readonly typists: readonly Typist[]
  /** What this agent has sent. */
  readonly own: ReadonlySet<ClientMessageId>
  readonly onWrite: () => void
  readonly draft: Draft | undefined
  readonly onDraft: (change: (text: string) => string) => void
}

/** One conversation: its messages, its state, and a reply. Made anew for each conversation. */
export function Thread(props: ThreadProps) {
  const { api, chat, state, conversation, nowMs, typists, own, onWrite, draft, onDraft } = props
  const { id } = conversation
  const items = chat.timeline(id)
  const held = state.threads.get(id)
  const firstSequence = held?.messages[0]?.sequence
  const scroller = useRef<HTMLDivElement>(null)

  useEffect(() => {
    chat.watch(id)
  }, [chat, id])
  useMarkRead({ api, chat, state, conversation })

  const { follow, onScroll } = useEndInView(scroller, items.at(-1)?.key, items.length)

  async function send(text: string) {
    follow()
    return chat.send(text, id)
  }

  return (
    <section className="thread" aria-label={words.visitor(visitorName(conversation))}>
      <ThreadHead chat={chat} conversation={conversation} />
      <div
        className="scrolls"
        ref={scroller}
        tabIndex={0}
        role="group"
        aria-label={words.thread.messages}
        onScroll={onScroll}
      >
        {items.length === 0 && <NoMessages isLoading={conversation.latestSequence > 0} />}
        {firstSequence !== undefined && firstSequence > 1 && (
          <Text size="xs" c="dimmed" ta="center" pt="sm">
            {words.thread.partial}
          </Text>
        )}
        <ol className="timeline" role="log">
          {items.map((item) => (
            <TimelineRow key={item.key} item={item} chat={chat} nowMs={nowMs} />
          ))}
        </ol>
      </div>
      <Happening typists={typists} isOvertaken={isOvertaken(draft, held?.messages ?? [], own)} />
      <Composer
        text={draft?.text ?? ''}
        onChange={onDraft}
        onWrite={onWrite}
        onSend={send}
        hint={conversation.status === 'resolved' ? words.composer.reopens : undefined}
      />
    </section>
  )
}

interface ThreadHeadProps {
  readonly chat: ChatClient
  readonly conversation: AgentConversation
}

const ThreadHead = memo(function ThreadHead({ chat, conversation }: ThreadHeadProps) {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const isOpen = conversation.status === 'open'

  async function change() {
    setBusy(true)
    setProblem(undefined)
    const result = await chat.act(conversation.id, isOpen ? 'resolve' : 'reopen')
    setBusy(false)
    if (result.kind === 'refused') setProblem(words.thread.refused(result.code))
    if (result.kind === 'unreachable') setProblem(words.thread.notDone)
  }

  return (
    <div className="pane-head">
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Group gap="xs" wrap="nowrap">
          <BackLink />
          <Text component="h2" fw={600} truncate>
            {words.visitor(visitorName(conversation))}
          </Text>
        </Group>
        <Button size="xs" variant="light" loading={isBusy} onClick={() => void change()}>
          {isOpen ? words.thread.resolve : words.thread.reopen}
        </Button>
      </Group>
      {problem && (
        <Text size="sm" c="red" role="alert">
          {problem}
        </Text>
      )}
    </div>
  )
})

function NoMessages({ isLoading }: { readonly isLoading: boolean }) {
  return (
    <div className="lone">
      {isLoading ? <Loader size="sm" aria-label={words.loading} /> : <Text c="dimmed">{words.thread.empty}</Text>}
    </div>
  )
}
