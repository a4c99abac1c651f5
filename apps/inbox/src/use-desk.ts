import type { ChatState } from '@helvino/client'
import { useDisclosure } from '@mantine/hooks'
import { useMemo } from 'react'
import type { InboxApi, InboxClient } from './api.ts'
import type { Drafts } from './drafts.ts'
import { isUnread } from './listing.ts'
import type { Route } from './route.ts'
import type { Session } from './session.ts'
import { useComposing } from './use-composing.ts'
import { useConversationActions } from './use-conversation-actions.ts'
import { useDeskList } from './use-desk-list.ts'
import { useDrafts } from './use-drafts.ts'
import { useFoundConversation } from './use-found-conversation.ts'
import { useReplies } from './use-replies.ts'
import { memberName, useTeam } from './use-team.ts'
import { useTurn } from './use-turn.ts'
import { useTypists } from './use-typists.ts'

export interface DeskTerms {
  readonly api: InboxApi
  readonly session: Session
  readonly client: InboxClient
  readonly state: ChatState
  readonly drafts: Drafts
  readonly noteDrafts: Drafts
  readonly route: Route
}

/** Everything that an agent works with, of which list and thread show their parts. */
export function useDesk({ api, session, client, state, drafts, noteDrafts, route }: DeskTerms) {
  const { typing, desk, findVisitor, onGone } = client
  const { clock, life } = api.runtime
  const turn = useTurn(api.runtime, client.chat, state)
  const list = useDeskList({ desk, clock, state, turn, userId: session.user.id, onGone })
  const { known, startLearning } = list
  const members = useTeam(desk, turn)
  const names = useMemo(() => new Map(members.map((member) => [member.userId, memberName(member)])), [members])
  const openId = route.view === 'thread' ? route.id : undefined
  const conversation = openId && known.get(openId)
  const isSought = turn !== undefined && state.isListed && !conversation
  const unreadCount = useMemo(
    () => [...known.values()].filter((one) => one.status === 'open' && isUnread(one)).length,
    [known],
  )
  const replies = useReplies(desk, turn)
  // Whoever manages them sees what colleagues have changed.
  const [isManaging, managing] = useDisclosure(false, { onOpen: replies.refresh })
  const [isHelping, helping] = useDisclosure(false)
  const [isChoosing, choosing] = useDisclosure(false)

  return {
    ...{ turn, list, members, names, openId, conversation, unreadCount },
    isMissing: useFoundConversation(findVisitor, desk, openId, isSought, startLearning),
    typists: useTypists(typing),
    draftMap: useDrafts(drafts, life),
    noteDraftMap: useDrafts(noteDrafts, life),
    replies,
    actions: useConversationActions(client, conversation),
    composing: useComposing(openId),
    managing: { ...managing, isOpen: isManaging },
    helping: { ...helping, isOpen: isHelping },
    choosing: { ...choosing, isOpen: isChoosing },
  }
}

export type DeskState = ReturnType<typeof useDesk>
