import type { EnqueueResult } from '@helvino/client'
import { viewWords } from './words/en-more.ts'
import { launcherWords } from './words/en.ts'
import type { PanelWords, Words } from './words/words.ts'

const { open, loadFailed } = launcherWords

/** A language's words with all that the view says; English where they say no more than the panel's first. */
export const wordsOf = (words: PanelWords): Words => ({ open, loadFailed, ...viewWords, ...words })

/** Why a message was not taken; empty where it was. */
export function noticeOf(result: EnqueueResult, given: PanelWords): string {
  const words = wordsOf(given)
  if (result.kind === 'too-long') return words.tooLong(result.maxLength)
  return result.kind === 'full' ? words.outboxFull : ''
}
