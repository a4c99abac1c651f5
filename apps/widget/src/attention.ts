import { type ChatState, ownedName, visitorOwner } from '@helvino/client'
import { asRecord } from '@helvino/protocol'
import { createTitleCount } from './title-count.ts'
import type { ConversationProps } from './view.ts'
import { wordsOf } from './view-words.ts'

/** What tells a visitor who is not looking that something has come: the launcher's number, the page's title, the tone. */
export interface Attention {
  /** Counts again, and notes what is seen where the panel is. */
  look(props: ConversationProps, chat: ChatState): void
  /** A message came, in one of all tabs. */
  sound(): void
  stop(): void
}

export function createAttention({ api, terms }: ConversationProps): Attention {
  const { site, tuning } = terms
  const { storage } = api
  // For all tabs of this visitor, and for later pages: the sequence up to which everything was on screen.
  const key = ownedName(visitorOwner('siteId' in site ? site.siteId : site.orgKey, terms.keepVisitorId()), 'seen')
  const title = createTitleCount(document)
  const isMuted = asRecord(tuning.settings)?.['sound'] === false || tuning.attribute('data-sound') === 'off'
  let isSeen = false
  let told = ''
  return {
    look({ isOpen, words: panelWords, language }, { currentId, threads }) {
      const seen = Number(storage.get(key)) || 0
      const news = (threads.get((currentId ?? '') as never)?.messages ?? []).filter(
        ({ role, sequence }) => role !== 'user' && sequence > seen,
      )
      isSeen = isOpen && !document.hidden
      const last = news.at(-1)
      if (isSeen && last) storage.set(key, String(last.sequence))
      const unread = isSeen ? 0 : news.length
      title.show(document.hidden ? unread : 0)
      const { open, openUnread, close, loadFailed } = wordsOf(panelWords)
      const dress = { open: unread ? openUnread(unread) : open, close, loadFailed, unread, tag: language }
      // A look at every change of the state, and seldom something to say.
      if (JSON.stringify(dress) === told) return
      told = JSON.stringify(dress)
      terms.dressLauncher?.(dress)
    },
    sound() {
      if (!isMuted && !isSeen) api.playTone()
    },
    stop: () => title.show(0),
  }
}
