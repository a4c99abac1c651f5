import type { AgentDesk, CallResult } from '@helvino/client'
import { type AgentRole, decodeAgentRole, isAtLeast, type Team } from '@helvino/protocol'
import { Button, NativeSelect, Text } from '@mantine/core'
import { useState } from 'react'
import { teamWords as words } from '../words/settings-en.ts'
import { Ask } from './Ask.tsx'
import { MemberSignOut } from './MemberSignOut.tsx'

/** What somebody may make of another: nothing above themselves. */
export const roleChoices = (by: AgentRole) =>
  (['agent', 'admin', 'owner'] as const)
    .filter((role) => isAtLeast(by, role))
    .map((role) => ({ value: role, label: words.roles[role] }))

export interface MemberRowProps {
  readonly member: Team['members'][number]
  readonly desk: AgentDesk
  /** The role of whoever looks. */
  readonly by: AgentRole
  readonly isLastOwner: boolean
  readonly signOut: () => Promise<CallResult<true>>
  readonly onChanged: (answer: CallResult<Team>) => void
}

/** One of the team: their role, and the way out. */
export function MemberRow({ member, desk, by, isLastOwner, signOut, onChanged }: MemberRowProps) {
  const { userId, email, role, isYou } = member
  const name = member.name || email
  const mayChange = isAtLeast(by, 'admin') && isAtLeast(by, role)
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
      {mayChange ? (
        <div className="settings-line">
          <NativeSelect
            size="xs"
            aria-label={words.role(name)}
            aria-describedby={isLastOwner ? 'team-last-owner' : undefined}
            value={role}
            data={roleChoices(by)}
            disabled={isLastOwner || isBusy}
            onChange={({ currentTarget }) => {
              const next = decodeAgentRole(currentTarget.value)
              if (next) void change(desk.changeRole(userId, next))
            }}
          />
          {!isYou && <MemberSignOut name={name} signOut={signOut} />}
          <Button
            size="xs"
            variant="default"
            disabled={isLastOwner || isBusy || isAsked}
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
      {mayChange && isLastOwner && (
        <Text size="xs" c="dimmed" id="team-last-owner" className="settings-whole">
          {words.lastOwner}
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

function Naming({
  member: { email, isYou, hasTwoFactor },
  name,
}: Pick<MemberRowProps, 'member'> & { readonly name: string }) {
  return (
    <div className="settings-grow">
      <Text size="sm" fw={500} className="origin">
        {name} {isYou && <span className="settings-tag">{words.you}</span>}{' '}
        {hasTwoFactor && <span className="settings-tag">{words.twoFactor}</span>}
      </Text>
      <Text size="xs" c="dimmed" className="origin">
        {email}
      </Text>
    </div>
  )
}
