import type { AgentConversation } from '@helvino/protocol'
import { VisuallyHidden } from '@mantine/core'
import { memo } from 'react'
import { Face } from './Face.tsx'
import { initialsOf, isUnread, visitorTitle } from './listing.ts'
import { routeHash } from './route.ts'
import { formatFull, formatWhen } from './when.ts'
import { words } from './words/en.ts'

interface ConversationRowProps {
  readonly conversation: AgentConversation
  /** What the agent is called whose task it is; `undefined`: nobody's. */
  readonly assignee: string | undefined
  /** Empty where there is none. */
  readonly draft: string
  /** Who writes there; empty where nobody does. */
  readonly happening: string
  readonly isSelected: boolean
  readonly nowMs: number
}

// Plain elements: a list redraws with every message, and a library's part for each line takes longer than the line.
export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { conversation, assignee, draft, happening, isSelected, nowMs } = props
  const { id, preview, activeAt, visitorId, visitorName, visitorEmail } = conversation
  const hasNew = isUnread(conversation)
  return (
    <a
      className="row"
      href={routeHash({ view: 'thread', id })}
      aria-current={isSelected ? 'page' : undefined}
      data-unread={hasNew}
    >
      <Face name={visitorName ?? visitorEmail ?? undefined} seed={visitorId} />
      <span className="row-lines">
        <span className="row-line">
          <span className="row-name" dir="auto">
            {visitorTitle(conversation)}
          </span>
          <time className="when" dateTime={activeAt} title={formatFull(activeAt)}>
            {formatWhen(activeAt, nowMs)}
          </time>
        </span>
        <span className="row-line">
          <span className="row-text" dir="auto">
            {/* In its own thread a draft is in sight already. */}
            <RowText happening={happening} draft={isSelected ? '' : draft} preview={preview} />
          </span>
          {assignee !== undefined && (
            <span className="assignee" title={words.list.assigned(assignee)}>
              <span aria-hidden="true">{initialsOf(assignee)}</span>
              <VisuallyHidden>{words.list.assigned(assignee)}</VisuallyHidden>
            </span>
          )}
          {hasNew && (
            <span className="dot">
              <VisuallyHidden>{words.list.unread}</VisuallyHidden>
            </span>
          )}
        </span>
      </span>
    </a>
  )
})

interface RowTextProps {
  readonly happening: string
  readonly draft: string
  readonly preview: string
}

/** What matters most at the moment: who writes, then what waits to be sent, then what was said last. */
function RowText({ happening, draft, preview }: RowTextProps) {
  if (happening !== '') return <i>{happening}</i>
  if (draft === '') return preview || words.list.noPreview
  return (
    <>
      <span className="draft-mark">{words.list.draft}</span> {draft}
    </>
  )
}
