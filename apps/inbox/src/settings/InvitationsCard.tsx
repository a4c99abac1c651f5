import type { AgentDesk, CallResult } from '@helvino/client'
import {
  type AgentRole,
  decodeAgentRole,
  isAtLeast,
  type NewInvitation,
  type OpenInvitation,
  type Team,
} from '@helvino/protocol'
import { Button, NativeSelect, Text, TextInput, Title } from '@mantine/core'
import { type SubmitEvent, useState } from 'react'
import type { InboxApi } from '../api.ts'
import { formatFull } from '../when.ts'
import { teamWords as words } from '../words/settings-en.ts'
import { Copied } from './Copied.tsx'
import { roleChoices } from './MemberRow.tsx'
import { Problem, problemOf } from './Problem.tsx'

export interface InvitationsCardProps {
  readonly api: InboxApi
  readonly desk: AgentDesk
  readonly team: Team
  /** The role of whoever invites. */
  readonly by: AgentRole
  readonly onTeam: (answer: CallResult<Team>) => void
}

/** Invites, and takes back: an invitation is a link that the admin hands over, since no mail is sent. */
export function InvitationsCard({ api, desk, team, by, onTeam }: InvitationsCardProps) {
  const [made, setMade] = useState<NewInvitation>()
  return (
    <section className="settings-card" aria-labelledby="team-invite">
      <Title order={3} size="h5" id="team-invite">
        {words.invite}
      </Title>
      <InviteForm
        {...{ desk, by }}
        onMade={(invitation) => {
          setMade(invitation)
          void desk.findTeam().then(onTeam)
        }}
      />
      {made && (
        <div className="invitation-made" role="status">
          <Text size="sm">{words.made(made.email)}</Text>
          <Copied
            name={words.link}
            // After the `#`, which no browser sends to a server.
            text={`${api.apiUrl}/inbox/invitation#${made.token}`}
            clock={api.runtime.clock}
          />
          <Text size="xs" c="dimmed">
            {words.madeUntil(formatFull(made.expiresAt))}
          </Text>
        </div>
      )}
      <Title order={4} size="h6">
        {words.open}
      </Title>
      {team.invitations.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.noneOpen}
        </Text>
      )}
      <ul className="settings-rows">
        {team.invitations.map((invitation) => (
          <InvitationRow
            key={invitation.id}
            invitation={invitation}
            mayRevoke={isAtLeast(by, invitation.role)}
            onRevoke={async () => {
              onTeam(await desk.withdrawInvitation(invitation.id))
              // A link that opens nothing any more is not offered for copying.
              if (made?.id === invitation.id) setMade(undefined)
            }}
          />
        ))}
      </ul>
    </section>
  )
}

function inviteProblemOf(result: CallResult<NewInvitation>): string | undefined {
  if (result.kind !== 'refused') return problemOf(result)
  const told: Readonly<Record<string, string>> = {
    request_invalid: words.badEmail,
    address_taken: words.taken,
    limit_reached: words.tooMany,
  }
  return told[result.code] ?? problemOf(result)
}

interface InviteFormProps {
  readonly desk: AgentDesk
  readonly by: AgentRole
  readonly onMade: (invitation: NewInvitation) => void
}

function InviteForm({ desk, by, onMade }: InviteFormProps) {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<AgentRole>('agent')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function submit() {
    setBusy(true)
    const result = await desk.invite(email.trim(), role)
    setBusy(false)
    setProblem(inviteProblemOf(result))
    if (result.kind !== 'answered') return
    setEmail('')
    onMade(result.value)
  }

  return (
    <form
      noValidate
      onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault()
        void submit()
      }}
    >
      <div className="invite-form">
        <TextInput
          label={words.email}
          type="email"
          autoComplete="off"
          className="settings-grow"
          value={email}
          error={problem !== undefined}
          onChange={({ currentTarget }) => {
            setEmail(currentTarget.value)
          }}
        />
        <NativeSelect
          label={words.inviteRole}
          value={role}
          data={roleChoices(by)}
          onChange={({ currentTarget }) => {
            setRole(decodeAgentRole(currentTarget.value) ?? 'agent')
          }}
        />
        <Button type="submit" loading={isBusy} disabled={email.trim() === ''}>
          {words.create}
        </Button>
      </div>
      {problem !== undefined && (
        <div className="invite-problem">
          <Problem text={problem} />
        </div>
      )}
    </form>
  )
}

interface InvitationRowProps {
  readonly invitation: OpenInvitation
  readonly mayRevoke: boolean
  readonly onRevoke: () => Promise<void>
}

function InvitationRow({ invitation: { email, role, expiresAt }, mayRevoke, onRevoke }: InvitationRowProps) {
  const [isBusy, setBusy] = useState(false)
  return (
    <li>
      <div className="settings-grow">
        <Text size="sm" className="origin">
          {email}
        </Text>
        <Text size="xs" c="dimmed">
          {words.roles[role]}, {words.validUntil(formatFull(expiresAt))}
        </Text>
      </div>
      {mayRevoke && (
        <Button
          size="xs"
          variant="default"
          loading={isBusy}
          aria-label={words.revokeNamed(email)}
          onClick={() => {
            setBusy(true)
            void onRevoke().finally(() => {
              setBusy(false)
            })
          }}
        >
          {words.revoke}
        </Button>
      )}
    </li>
  )
}
