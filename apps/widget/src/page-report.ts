import type { ChatState } from '@helvino/client'
import type { VisitorChange } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'

/** Tells the team where the visitor is: once there is a conversation, and again where the page's address changes. */
export interface PageReport {
  /** Looks whether there is something to tell. */
  look(chat: ChatState): void
  stop(): void
}

// A page that changes its own address gives itself the title that goes with it a moment later.
const settledAfterMs = 1_000

/** Origin and path alone: what comes after them may hold anything, and is nobody's business. */
const addressOf = ({ origin, pathname }: Location): string => origin + pathname

/** `tell` tells the server, as often as it takes; what becomes of it is no business of the visitor's. */
export function createPageReport(clock: Clock, tell: (change: VisitorChange) => unknown): PageReport {
  // Absent in some browsers: there a change is seen with whatever happens next in the chat.
  const { navigation } = window as { readonly navigation?: EventTarget }
  let isKnown = false
  let told = ''
  let isWaiting = false
  // In the title of a page that nobody sees stands a number of ours, and a page without an address of its own is none that could be told.
  const isNew = () => !document.hidden && location.protocol.startsWith('http') && addressOf(location) !== told
  const report = () => {
    isWaiting = false
    if (!isNew()) return
    const url = addressOf(location)
    told = url
    // Quoted, since the server and the browser know it: unquoted, the build shortens it.
    const { ['language']: language } = navigator
    tell({ page: { url, title: document.title }, ['language']: language })
  }
  const lookAgain = () => {
    if (!isKnown || isWaiting || !isNew()) return
    isWaiting = true
    clock.startTimer(settledAfterMs, report)
  }
  navigation?.addEventListener('navigatesuccess', lookAgain)
  return {
    look({ threads, currentId }) {
      // One whose messages the server has told: an older server, which tells of none, takes no such word either.
      isKnown ||= !!currentId && threads.get(currentId)?.floor !== undefined
      lookAgain()
    },
    stop() {
      navigation?.removeEventListener('navigatesuccess', lookAgain)
    },
  }
}
