import type { AgentDesk, CallResult } from '@helvino/client'
import { decodeAgentRole, type Team } from '@helvino/protocol'
import { Button, NativeSelect, Text } from '@mantine/core'
import { useState } from 'react'
import { teamWords as words } from '../words/settings-en.ts'
import { Ask } from './Ask.tsx'
import { MemberSignOut } from './MemberSignOut.tsx'

export const roleChoices = [
  { value: 'agent', label: words.roles.agent },
  { value: 'admin', label: words.roles.admin },
]

export interface MemberRowProps {
  readonly member: Team['members'][number]
  readonly desk: AgentDesk
  /** Whoever looks may change the team. */
  readonly isAdmin: boolean
  readonly isLastAdmin: boolean
  readonly signOut: () => Promise<CallResult<true>>
  readonly onChanged: (answer: CallResult<Team>) => void
}

/** One of the team: their role, and the way out. */
export function MemberRow({ member, desk, isAdmin, isLastAdmin, signOut, onChanged }: MemberRowProps) {
  const { userId, email, role, isYou } = member
  const name = member.name || email
  const [isBusy, setBusy] = useState(false)
  const [isAsked, setAsked] = useState(false)

  async function change(call: Promise<CallResult<Team>>) {
    setBusy(true)
    const answer = await call
    setBusy(false)
    setAsked(false)
    onChanged(answer)
  }

  return (
    <li>
      <Naming member={member} name={name} />
      {isAdmin ? (
        <div className="settings-line">
          <NativeSelect
            size="xs"
            aria-label={words.role(name)}
            aria-describedby={isLastAdmin ? 'team-last-admin' : undefined}
            value={role}
            data={roleChoices}
            disabled={isLastAdmin || isBusy}
            onChange={({ currentTarget }) => {
              const next = decodeAgentRole(currentTarget.value)
              if (next) void change(desk.changeRole(userId, next))
            }}
          />
          {!isYou && <MemberSignOut name={name} signOut={signOut} />}
          <Button
            size="xs"
            variant="default"
            disabled={isLastAdmin || isBusy || isAsked}
            aria-label={words.removeNamed(name)}
            onClick={() => {
              setAsked(true)
            }}
          >
            {words.remove}
          </Button>
        </div>
      ) : (
        <Text size="sm">{words.roles[role]}</Text>
      )}
      {isAdmin && isLastAdmin && (
        <Text size="xs" c="dimmed" id="team-last-admin" className="settings-whole">
          {words.lastAdmin}
        </Text>
      )}
      {isAsked && (
        <Ask
          question={isYou ? words.leaveAsk : words.removeAsk(name)}
          yes={words.removeYes}
          isBusy={isBusy}
          onYes={() => void change(desk.removeMember(userId))}
          onNo={() => {
            setAsked(false)
          }}
        />
      )}
    </li>
  )
}

function Naming({ member: { email, isYou }, name }: Pick<MemberRowProps, 'member'> & { readonly name: string }) {
  return (
    <div className="settings-grow">
      <Text size="sm" fw={500} className="origin">
        {name} {isYou && <span className="settings-tag">{words.you}</span>}
      </Text>
      <Text size="xs" c="dimmed" className="origin">
        {email}
      </Text>
    </div>
  )
}
