import type { ConversationId, OrgId } from '@helvino/protocol'
import type { Random } from '@helvino/runtime'
import type { FanOut } from '../fan-out/contract.ts'
import type { Store } from '../store/contract.ts'
import { type Changed, createAnnouncements } from './announcements.ts'
import type { AgentPrincipal } from './participant.ts'
import { refused, type Refused, refusedByStore } from './refused.ts'

/** Whether that user answers for that organisation at this moment. */
export type IsMember = (orgId: OrgId, userId: string) => Promise<boolean>

/** Whose task a conversation is. Told to agents only. */
export interface Assignment {
  /** `userId`: a member of the agent's organisation, who else is `not_found`; `null`: nobody. */
  assign(principal: AgentPrincipal, id: ConversationId, userId: string | null): Promise<Changed | Refused>
  /** Of a member who has left. */
  release(orgId: OrgId, userId: string): Promise<{ readonly kind: 'released' } | Refused>
}

export interface AssignmentOptions {
  readonly store: Store
  readonly fanOut: FanOut
  readonly random: Random
  readonly isMember: IsMember
}

export function createAssignment({ store, fanOut, random, isMember }: AssignmentOptions): Assignment {
  const { announce, announceChange } = createAnnouncements(fanOut, random)
  return {
    async assign({ orgId }, id, userId) {
      if (userId !== null && !(await isMember(orgId, userId))) return refused('not_found')
      return announceChange(orgId, await store.ofOrg(orgId).setAssignee(id, userId), 'agents')
    },
    async release(orgId, userId) {
      const result = await store.ofOrg(orgId).releaseAssignee(userId)
      if (result.kind === 'unavailable') return refusedByStore(result, random)
      for (const conversation of result.conversations) announce(orgId, conversation, undefined, 'agents')
      return { kind: 'released' }
    },
  }
}
