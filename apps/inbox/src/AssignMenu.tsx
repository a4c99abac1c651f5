import type { AgentConversation } from '@helvino/protocol'
import { Button, Menu } from '@mantine/core'
import { Icon } from './Icon.tsx'
import { still } from './still.ts'
import { memberName, type TeamMembers } from './use-team.ts'
import { words } from './words/en.ts'

interface AssignMenuProps {
  readonly conversation: AgentConversation
  readonly members: TeamMembers
  readonly userId: string
  /** `null`: nobody's. */
  readonly onAssign: (userId: string | null) => void
}

const nobody = 'nobody'

/** Says whose task the conversation is, and changes it. */
export const AssignMenu = still(function AssignMenu({ conversation, members, userId, onAssign }: AssignMenuProps) {
  const { assigneeId } = conversation
  const assignee = members.find((member) => member.userId === assigneeId)
  const colleague = assignee ? memberName(assignee) : words.assign.colleague
  const name = assigneeId === userId ? words.assign.you : colleague
  const isOpen = assigneeId === null
  const others = members.filter((member) => member.userId !== userId)
  return (
    <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button
          size="xs"
          variant="default"
          className="assign"
          leftSection={<Icon name="person" size={14} />}
          aria-label={isOpen ? words.assign.openLabel : words.assign.label(name)}
        >
          <span className="assign-name">{isOpen ? words.assign.open : name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown className="floating">
        <Menu.RadioGroup
          value={assigneeId ?? nobody}
          onChange={(value) => {
            onAssign(value === nobody ? null : value)
          }}
        >
          <Menu.RadioItem value={userId}>{words.assign.me}</Menu.RadioItem>
          {others.map((member) => (
            <Menu.RadioItem key={member.userId} value={member.userId}>
              {memberName(member)}
            </Menu.RadioItem>
          ))}
          <Menu.RadioItem value={nobody}>{words.assign.nobody}</Menu.RadioItem>
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
})
