import { panelWords } from './en.ts'

export type Words = typeof panelWords

export interface Speech {
  /** BCP 47 tag of what was found. */
  readonly language: string
  readonly words: Words
  /** One for all lines: making one takes longer than drawing a line. */
  readonly time: Intl.DateTimeFormat
}

const english: Speech = {
  language: 'en',
  words: panelWords,
  time: new Intl.DateTimeFormat('en', { hour: 'numeric', minute: '2-digit' }),
}

/** The panel's words in a language (a BCP 47 tag): English where there is no other. */
export function wordsFor(_language: string): Speech {
  return english
}
