import type { ConversationView } from '@helvino/protocol'
import type { Command } from './commands.ts'
import { focusRow } from './focus-row.ts'
import { listingOf, visitorTitle } from './listing.ts'
import { routeHash } from './route.ts'
import type { DeskState } from './use-desk.ts'
import type { Keys } from './use-keys.ts'
import { words } from './words/en.ts'

const views: readonly ConversationView[] = ['mine', 'unassigned', 'all']

function focusSearch(): void {
  document.getElementById('inbox-search')?.focus()
}

/** What can be done with the open conversation. */
function threadCommands({ actions, composing, conversation, members }: DeskState, userId: string): readonly Command[] {
  if (!conversation) return []
  const { palette, thread } = words
  const toggle = conversation.status === 'open' ? thread.resolve : thread.reopen
  return [
    { id: 'reply', name: palette.reply, key: 'r', run: () => composing.write('reply') },
    { id: 'note', name: palette.note, key: 'n', run: () => composing.write('note') },
    { id: 'mine', name: palette.assignMe, key: 'a', run: () => actions.assign(userId) },
    { id: 'toggle', name: palette.toggle(toggle), key: 'e', run: actions.toggleStatus },
    ...members
      .filter((member) => member.userId !== userId)
      .map((member) => ({
        id: `assign-${member.userId}`,
        name: palette.assign(member.name || member.email),
        run: () => actions.assign(member.userId),
      })),
    { id: 'nobody', name: palette.assign(words.assign.nobody), run: () => actions.assign(null) },
  ]
}

/** Everything that the palette offers: what concerns the open conversation comes first, then places, then people. */
export function deskCommands(state: DeskState, userId: string): readonly Command[] {
  const { list, managing, helping } = state
  const { palette } = words
  const goTo = (hash: string) => () => {
    location.hash = hash
  }
  return [
    ...threadCommands(state, userId),
    ...views.map((view) => ({
      id: `view-${view}`,
      name: palette.view(words.list.view[view]),
      run: () => {
        list.setQuery('')
        list.setFilter({ view, status: 'open' })
      },
    })),
    { id: 'find', name: words.list.search, key: '/', run: focusSearch },
    { id: 'replies', name: words.replies.title, run: managing.open },
    { id: 'keys', name: words.keys.title, key: '?', run: helping.open },
    { id: 'health', name: words.health.title, run: goTo(routeHash({ view: 'health' })) },
    ...listingOf([...list.known.values()], undefined).map((one) => ({
      id: one.id,
      name: palette.conversation(visitorTitle(one), one.preview),
      run: goTo(routeHash({ view: 'thread', id: one.id })),
    })),
  ]
}

/** The shortcuts of the page. */
export function deskKeys(state: DeskState, userId: string): Keys {
  const byKey = threadCommands(state, userId).flatMap(({ key, run }) => (key === undefined ? [] : [[key, run]]))
  return {
    ...(Object.fromEntries(byKey) as Keys),
    j: () => focusRow(1),
    k: () => focusRow(-1),
    '/': focusSearch,
    '?': state.helping.open,
    'mod+k': state.choosing.open,
  }
}
