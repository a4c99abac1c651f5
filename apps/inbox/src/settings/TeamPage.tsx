import type { CallResult } from '@helvino/client'
import type { Team } from '@helvino/protocol'
import { Title } from '@mantine/core'
import { useCallback } from 'react'
import { Loading } from '../Loading.tsx'
import { mayAdminister } from '../session.ts'
import { teamWords as words } from '../words/settings-en.ts'
import { InvitationsCard } from './InvitationsCard.tsx'
import { MemberRow } from './MemberRow.tsx'
import { PageHead } from './PageHead.tsx'
import { Problem, problemOf } from './Problem.tsx'
import type { SettingsPaneProps } from './settings-pane-props.ts'
import { TwoFactorDemandCard } from './TwoFactorDemandCard.tsx'
import { useAsked } from './use-asked.ts'

/** Who answers for the organisation, and who is asked to. */
export function TeamPage({ api, client, session }: SettingsPaneProps) {
  const { desk } = client
  const { value: team, result, put } = useAsked(useCallback(() => desk.findTeam(), [desk]))
  const problem = teamProblemOf(result)
  const isAdmin = mayAdminister(session)
  const owners = team?.members.filter(({ role }) => role === 'owner').length ?? 0

  return (
    <>
      <PageHead page="team" session={session} intro={words.intro} />
      {!team && problem === undefined && <Loading />}
      <Problem text={problem} />
      {team && (
        <section className="settings-card" aria-labelledby="team-members">
          <Title order={3} size="h5" id="team-members">
            {words.members}
          </Title>
          <ul className="settings-rows">
            {team.members.map((member) => (
              <MemberRow
                key={member.userId}
                {...{ member, desk }}
                by={session.role}
                signOut={() => api.account.signOutMember(client.chat, member.userId)}
                isLastOwner={member.role === 'owner' && owners === 1}
                onChanged={(answer) => {
                  // Whoever changes or leaves their own place sees what they may see from now on.
                  if (member.isYou && answer.kind === 'answered') api.reload()
                  else put(answer)
                }}
              />
            ))}
          </ul>
        </section>
      )}
      {team && session.role === 'owner' && <TwoFactorDemandCard {...{ desk, team, onTeam: put }} />}
      {team && isAdmin && <InvitationsCard {...{ api, desk, team, onTeam: put }} by={session.role} />}
    </>
  )
}

const teamProblemOf = (result: CallResult<Team> | undefined): string | undefined =>
  result?.kind === 'refused' && result.code === 'last_owner' ? words.lastOwner : problemOf(result)
