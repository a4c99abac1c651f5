import type { Typist } from '@helvino/client'
import type { AgentConversation } from '@helvino/protocol'
import { uuid } from '@helvino/runtime'
import { Text } from '@mantine/core'
import { type ReactNode, useMemo } from 'react'
import { ConversationList } from './ConversationList.tsx'
import { ConversationPane } from './ConversationPane.tsx'
import { deskCommands, deskKeys } from './desk-commands.ts'
import type { DraftMap, Drafts } from './drafts.ts'
import { InboxMenu } from './InboxMenu.tsx'
import { KeysHelp } from './KeysHelp.tsx'
import { NothingChosen } from './NothingChosen.tsx'
import { Palette } from './Palette.tsx'
import { RepliesModal } from './RepliesModal.tsx'
import type { Written } from './ReplyBox.tsx'
import { mayAdminister } from './session.ts'
import { type DeskState, type DeskTerms, useDesk } from './use-desk.ts'
import { useKeys } from './use-keys.ts'
import { useTitleCount } from './use-title-count.ts'
import { words } from './words/en.ts'

interface DeskProps extends DeskTerms {
  readonly nowMs: number
  /** What stands beside the list where it is no conversation. */
  readonly panel: ReactNode
}

const nobody: readonly Typist[] = []

const writtenOf = (drafts: Drafts, kept: DraftMap, { id, latestSequence }: AgentConversation): Written => ({
  text: kept.get(id)?.text ?? '',
  change: (edit) => {
    drafts.change(id, latestSequence, edit)
  },
})

/** The list beside whatever was chosen: side by side on a wide screen, one after the other on a narrow one. */
export function Desk({ nowMs, panel, ...terms }: DeskProps) {
  const { api, session, route } = terms
  const { user } = session
  const desk = useDesk(terms)
  const { list, conversation, openId } = desk
  useKeys(deskKeys(desk, user.id))
  useTitleCount(desk.unreadCount)
  const { managing, choosing, helping } = desk
  const menu = useMemo(
    () => <InboxMenu api={api} onReplies={managing.open} onPalette={choosing.open} onHelp={helping.open} />,
    [api, managing.open, choosing.open, helping.open],
  )

  return (
    <main className="panes" data-view={route.view}>
      <ConversationList
        conversations={list.listed}
        pages={list.pages}
        search={list.search}
        filter={list.filter}
        onFilter={list.setFilter}
        query={list.query}
        onQuery={list.setQuery}
        counts={list.counts}
        names={desk.names}
        drafts={desk.draftMap}
        typists={desk.typists}
        selectedId={openId}
        nowMs={nowMs}
        menu={menu}
        canInstall={mayAdminister(session) && list.known.size === 0}
      />
      <div className="pane-main">
        {panel}
        {route.view === 'list' && list.pages.isListed && (
          <NothingChosen hasSome={list.known.size > 0} isAdmin={mayAdminister(session)} />
        )}
        {openId && !conversation && <Nothing text={desk.isMissing ? words.thread.gone : ''} />}
        {conversation && <OpenConversation {...{ desk, terms, conversation, nowMs }} />}
      </div>
      <Overlays desk={desk} terms={terms} />
    </main>
  )
}

interface OpenConversationProps {
  readonly desk: DeskState
  readonly terms: DeskTerms
  readonly conversation: AgentConversation
  readonly nowMs: number
}

function OpenConversation({ desk, terms, conversation, nowMs }: OpenConversationProps) {
  const { api, client, state, session, drafts, noteDrafts } = terms
  const { names, members, actions, composing } = desk
  const { id } = conversation
  return (
    <ConversationPane
      key={id}
      {...{ api, client, state, conversation, nowMs, names, members, actions }}
      userId={session.user.id}
      isAdmin={mayAdminister(session)}
      turn={desk.turn}
      typists={desk.typists.get(id) ?? nobody}
      draft={desk.draftMap.get(id)}
      mode={composing.mode}
      onMode={composing.setMode}
      focusCount={composing.focusCount}
      reply={writtenOf(drafts, desk.draftMap, conversation)}
      note={writtenOf(noteDrafts, desk.noteDraftMap, conversation)}
      replies={desk.replies.replies}
      onWantReplies={desk.replies.refresh}
      onWrite={() => {
        client.typing.note(id)
      }}
      onManageReplies={desk.managing.open}
    />
  )
}

/** What lies over the page at times. */
function Overlays({ desk, terms: { api, session } }: Pick<OpenConversationProps, 'desk' | 'terms'>) {
  const { managing, helping, choosing, list, replies } = desk
  return (
    <>
      <RepliesModal
        isOpen={managing.isOpen}
        onClose={managing.close}
        replies={replies}
        createId={() => uuid(api.runtime.random)}
      />
      <KeysHelp isOpen={helping.isOpen} onClose={helping.close} />
      <Palette
        isOpen={choosing.isOpen}
        onClose={choosing.close}
        commands={choosing.isOpen ? deskCommands(desk, session.user.id) : []}
        onSearch={list.setQuery}
      />
    </>
  )
}

function Nothing({ text }: { readonly text: string }) {
  return (
    <Text c="dimmed" className="lone">
      {text}
    </Text>
  )
}
