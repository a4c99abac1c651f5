import { useDisclosure, useMediaQuery } from '@mantine/hooks'
import { type ComponentProps, useEffect } from 'react'
import { Over } from './Over.tsx'
import { Thread } from './Thread.tsx'
import { ThreadHead } from './ThreadHead.tsx'
import type { ConversationActions } from './use-conversation-actions.ts'
import type { TeamMembers } from './use-team.ts'
import { useVisitor } from './use-visitor.ts'
import { VisitorColumn } from './VisitorColumn.tsx'
import { VisitorData } from './VisitorData.tsx'
import { words } from './words/en.ts'
import type { InboxClient } from './api.ts'

interface ConversationPaneProps extends Omit<ComponentProps<typeof Thread>, 'head' | 'client'> {
  readonly client: InboxClient
  readonly members: TeamMembers
  readonly actions: ConversationActions
  readonly isAdmin: boolean
}

/** A thread with its visitor: beside it where there is room, else behind a button. */
export function ConversationPane({ members, actions, isAdmin, ...thread }: ConversationPaneProps) {
  const { api, client, conversation, userId, turn, nowMs } = thread
  const hasRoom = useMediaQuery('(min-width: 70em)', undefined, { getInitialValueInEffect: false })
  const [isShown, { open, close }] = useDisclosure(false)
  // Where the column has come beside the thread the sheet is done with, and does not come back when there is less room again.
  useEffect(() => {
    if (hasRoom) close()
  }, [hasRoom, close])
  const found = useVisitor(client.findVisitor, client.onVisitor, conversation, turn)
  const column = (
    <>
      <VisitorColumn conversation={conversation} found={found} nowMs={nowMs} />
      {isAdmin && <VisitorData {...{ api, client }} visitorId={conversation.visitorId} />}
    </>
  )
  return (
    <div className="conversation">
      <Thread
        {...thread}
        head={
          <ThreadHead
            conversation={conversation}
            members={members}
            userId={userId}
            isBusy={actions.isBusy}
            problem={actions.problem}
            onAssign={actions.assign}
            onToggleStatus={actions.toggleStatus}
            onVisitor={open}
          />
        }
      />
      {hasRoom && (
        <aside className="visitor-column" aria-label={words.visitorColumn.title}>
          {column}
        </aside>
      )}
      <Over
        isOpen={isShown && !hasRoom}
        onClose={close}
        title={words.visitorColumn.title}
        shape="sheet"
        size="min(20rem, 90vw)"
      >
        {column}
      </Over>
    </div>
  )
}
