import type { AgentDesk, CallResult } from '@helvino/client'
import type { Team } from '@helvino/protocol'
import { Button, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { teamWords as words } from '../words/settings-en.ts'
import { Ask } from './Ask.tsx'

export interface TwoFactorDemandCardProps {
  readonly desk: AgentDesk
  readonly team: Team
  readonly onTeam: (answer: CallResult<Team>) => void
}

/** For owners: whether every member's login has to ask for a code. */
export function TwoFactorDemandCard({ desk, team, onTeam }: TwoFactorDemandCardProps) {
  const { demandsTwoFactor: isMade, members } = team
  const [isAsked, setAsked] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const isOwnMissing = members.some(({ isYou, hasTwoFactor }) => isYou && !hasTwoFactor)

  async function demand(demanded: boolean) {
    setBusy(true)
    const answer = await desk.demandTwoFactor(demanded)
    setBusy(false)
    setAsked(false)
    onTeam(answer)
  }

  return (
    <section className="settings-card" aria-labelledby="team-two-factor">
      <Title order={3} size="h5" id="team-two-factor">
        {words.demand}
      </Title>
      <Text size="sm">{isMade ? words.demandOn : words.demandOff}</Text>
      {!isMade && isOwnMissing && (
        <Text size="sm" c="dimmed" id="team-two-factor-own">
          {words.demandOwn}
        </Text>
      )}
      <div>
        <Button
          size="xs"
          variant="default"
          loading={isBusy && !isAsked}
          disabled={isAsked || (!isMade && isOwnMissing)}
          aria-describedby={!isMade && isOwnMissing ? 'team-two-factor-own' : undefined}
          onClick={() => {
            if (isMade) void demand(false)
            else setAsked(true)
          }}
        >
          {isMade ? words.demandDrop : words.demandMake}
        </Button>
      </div>
      {isAsked && (
        <Ask
          question={words.demandAsk(members.filter(({ hasTwoFactor }) => !hasTwoFactor).length)}
          yes={words.demandMake}
          isBusy={isBusy}
          onYes={() => void demand(true)}
          onNo={() => {
            setAsked(false)
          }}
        />
      )}
    </section>
  )
}
