import type { AgentConversation } from '@helvino/protocol'
import { Button, Text } from '@mantine/core'
import { AssignMenu } from './AssignMenu.tsx'
import { BackLink } from './BackLink.tsx'
import { Icon } from './Icon.tsx'
import { visitorTitle } from './listing.ts'
import { still } from './still.ts'
import type { TeamMembers } from './use-team.ts'
import { words } from './words/en.ts'

interface ThreadHeadProps {
  readonly conversation: AgentConversation
  readonly members: TeamMembers
  readonly userId: string
  readonly isBusy: boolean
  readonly problem: string | undefined
  readonly onAssign: (userId: string | null) => void
  readonly onToggleStatus: () => void
  readonly onVisitor: () => void
}

export const ThreadHead = still(function ThreadHead(props: ThreadHeadProps) {
  const { conversation, members, userId, isBusy, problem, onAssign, onToggleStatus, onVisitor } = props
  const { visitorName, visitorEmail, status } = conversation
  const isOpen = status === 'open'
  const verb = isOpen ? words.thread.resolve : words.thread.reopen
  return (
    <div className="pane-head">
      <div className="thread-line">
        <BackLink />
        <div className="thread-title">
          <h2 className="thread-name" dir="auto" title={visitorTitle(conversation)}>
            {visitorTitle(conversation)}
          </h2>
          <Text size="xs" c="dimmed" truncate>
            {visitorName !== null && visitorEmail !== null ? visitorEmail : words.thread.status[status]}
          </Text>
        </div>
        <div className="thread-acts">
          <AssignMenu conversation={conversation} members={members} userId={userId} onAssign={onAssign} />
          <Button
            size="xs"
            variant={isOpen ? 'filled' : 'default'}
            className="resolve"
            aria-label={verb}
            loading={isBusy}
            leftSection={<Icon name={isOpen ? 'check' : 'reopen'} size={14} />}
            onClick={onToggleStatus}
          >
            <span className="resolve-name">{verb}</span>
          </Button>
          <Button
            size="xs"
            variant="default"
            className="to-visitor"
            aria-label={words.visitorColumn.show}
            onClick={onVisitor}
          >
            <Icon name="more" size={16} />
          </Button>
        </div>
      </div>
      {problem && (
        <Text size="sm" c="red" role="alert">
          {problem}
        </Text>
      )}
    </div>
  )
})
