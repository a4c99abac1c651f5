import type { ConversationId, VisitorAnswer, VisitorChange, VisitorProfile } from '@helvino/protocol'
import { visitorLimits } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import { type AgentPrincipal, unbound, type VisitorPrincipal } from '../conversations/participant.ts'
import { refused, type Refused, refusedByStore } from '../conversations/refused.ts'
import type { FanOut } from '../fan-out/contract.ts'
import type { Store } from '../store/contract.ts'

export interface VisitorsOptions {
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly random: Random
}

/** What is known of visitors beside what they write. */
export interface Visitors {
  /** Keeps what a visitor tells of themselves, at most once in `visitorLimits.everyMs`, and tells the agents where it has changed. */
  changeProfile(
    principal: Pick<VisitorPrincipal, 'org' | 'visitorId'>,
    change: VisitorChange & { readonly browser: string | null },
  ): Promise<{ readonly kind: 'kept'; readonly profile: VisitorProfile } | Refused>
  /** Whose conversation it is, and that visitor's others. */
  findVisitor(
    principal: AgentPrincipal,
    id: ConversationId,
  ): Promise<{ readonly kind: 'found'; readonly answer: VisitorAnswer } | Refused>
}

export function createVisitors({ store, fanOut, clock, random }: VisitorsOptions): Visitors {
  return {
    async changeProfile({ org, visitorId }, change) {
      if (visitorId === undefined) return unbound
      const result = await store.ofOrg(org.id).putProfile({ ...change, visitorId, nowMs: clock.nowMs() })
      if (result.kind === 'unavailable') return refusedByStore(result, random)
      if (result.kind === 'too-soon')
        return { ...refused('rate_limited'), retryAfterSeconds: Math.ceil(result.waitMs / 1_000) }
      const { profile, isChanged, conversation } = result
      if (isChanged) fanOut.publish({ orgId: org.id, profile })
      if (conversation)
        fanOut.publish({
          ...{ orgId: org.id, conversationId: conversation.id, visitorId, conversation },
          ...{ message: undefined, audience: 'agents' },
        })
      return { kind: 'kept', profile }
    },

    async findVisitor({ orgId }, id) {
      const ours = store.ofOrg(orgId)
      const conversation = await ours.findConversation(id)
      if (!conversation) return refused('not_found')
      const { visitorId } = conversation
      const most = visitorLimits.otherConversations
      const [profile, all] = await Promise.all([
        ours.findProfile(visitorId),
        ours.listVisitorConversations(visitorId, most + 1),
      ])
      const others = all.filter((each) => each.id !== id).slice(0, most)
      const conversations = others.map(({ id: otherId, createdAt, status, preview }) => ({
        ...{ id: otherId, createdAt, status, preview },
      }))
      return { kind: 'found', answer: { visitor: profile ?? unknownVisitor(visitorId), conversations } }
    },
  }
}

const unknownVisitor = (visitorId: VisitorProfile['visitorId']): VisitorProfile => ({
  visitorId,
  ...{ name: null, email: null, language: null, browser: null, page: null, firstSeenAt: null, lastSeenAt: null },
})
