import type { AgentDesk } from '@helvino/client'
import type { Team } from '@helvino/protocol'
import { useEffect, useState } from 'react'
import type { Turn } from './use-turn.ts'

export type TeamMembers = Team['members']

/** What a member is called: an invited one may have given no name yet. */
export const memberName = ({ name, email }: TeamMembers[number]): string => (name === '' ? email : name)

/** Who answers here, asked for anew with every turn. Empty until it is known. */
export function useTeam(desk: AgentDesk, turn: Turn): TeamMembers {
  const [members, setMembers] = useState<TeamMembers>([])
  useEffect(() => {
    if (turn === undefined) return undefined
    let isWanted = true
    void desk.findTeam().then((result) => {
      if (isWanted && result.kind === 'answered') setMembers(result.value.members)
    })
    return () => {
      isWanted = false
    }
  }, [desk, turn])
  return members
}
