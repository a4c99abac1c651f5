import { type ChatState, createMarkRead, ownedName, visitorOwner } from '@helvino/client'
import type { Message } from '@helvino/protocol'
import type { LauncherWords, PanelTerms } from './panel-terms.ts'
import { createReadBefore } from './read-before.ts'
import { createTitleCount } from './title-count.ts'
import type { ConversationProps } from './view.ts'
import { wordsOf } from './view-words.ts'

/** What tells a visitor who is not looking that something has come: the launcher's number, the page's title, the tone. */
export interface Attention {
  /** Counts again, and where the panel is seen notes how far the visitor has read: on this device, and at the server. */
  look(props: ConversationProps, chat: ChatState): void
  /** A message came, in one of all tabs. */
  announce(message: Message): void
  stop(): void
}

/** The launcher in the visitor's language, with the number of messages that they have not seen. */
function dressLauncher(
  { root, launcherWords }: PanelTerms,
  said: LauncherWords,
  unread: number,
  isLeft: boolean,
): void {
  const launcher = root.querySelector<HTMLElement>('.launcher')
  if (!launcher || !launcherWords) return
  Object.assign(launcherWords, said)
  if (unread) launcher.dataset['unread'] = String(unread)
  else delete launcher.dataset['unread']
  launcher.ariaLabel = launcher.ariaExpanded === 'true' ? said.close : said.open
  ;(root.host as HTMLElement).dir = isLeft ? 'rtl' : 'ltr'
}

export function createAttention({ api, terms, clock }: ConversationProps): Attention {
  const { site, settings, tell } = terms
  const { storage } = api
  // For all tabs of this visitor, and for later pages: the sequence up to which everything was on screen.
  const key = ownedName(visitorOwner('siteId' in site ? site.siteId : site.orgKey, terms.keepVisitorId()), 'seen')
  const title = createTitleCount(document)
  const markRead = createMarkRead(api.client, clock)
  const readBefore = createReadBefore(terms)
  let isSeen = false
  let told = ''
  return {
    look({ isOpen, words: panelWords, language }, { config, currentId, threads }) {
      const messages = (currentId && threads.get(currentId)?.messages) ?? []
      const read = readBefore(messages)
      const seen = Math.max(Number(storage.get(key)) || 0, read)
      const answers = messages.filter(({ role }) => role !== 'user')
      const news = answers.filter(({ sequence }) => sequence > seen)
      isSeen = isOpen && !document.hidden
      const last = answers.at(-1)
      if (isSeen && currentId && last) {
        if (last.sequence > seen) storage.set(key, String(last.sequence))
        // Again at each look until it has arrived.
        if (last.sequence > read) markRead(currentId, last.sequence)
      }
      const unread = isSeen ? 0 : news.length
      title.show(document.hidden ? unread : 0)
      const { open, openUnread, close, loadFailed } = wordsOf(panelWords)
      const said = { open: unread ? openUnread(unread) : open, close, loadFailed }
      // A look at every change of the state, and seldom something to say.
      const isLeft = language === 'ar' || config?.given['position'] === 'left'
      const next = JSON.stringify([said, isLeft])
      if (next !== told) dressLauncher(terms, said, unread, isLeft)
      told = next
    },
    announce({ id, content: text }) {
      tell?.('message', { id, text })
      if (settings?.sound !== false && !isSeen) api.playTone()
    },
    stop: () => title.show(0),
  }
}
