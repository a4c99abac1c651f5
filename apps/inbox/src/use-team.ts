import type { AgentDesk } from '@helvino/client'
import type { Team } from '@helvino/protocol'
import { useEffect, useState } from 'react'

export type TeamMembers = Team['members']

/** Who answers here, asked for anew whenever the connection is back. Empty until it is known. */
export function useTeam(desk: AgentDesk, isLive: boolean): TeamMembers {
  const [members, setMembers] = useState<TeamMembers>([])
  useEffect(() => {
    if (!isLive) return undefined
    let isWanted = true
    void desk.findTeam().then((result) => {
      if (isWanted && result.kind === 'answered') setMembers(result.value.members)
    })
    return () => {
      isWanted = false
    }
  }, [desk, isLive])
  return members
}
