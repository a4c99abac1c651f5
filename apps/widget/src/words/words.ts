import { panelWords } from './en.ts'

export type Words = typeof panelWords

/** The panel's words in a language (a BCP 47 tag), and the tag of what was found: English where there is no other. */
export function wordsFor(_language: string): { readonly language: string; readonly words: Words } {
  return { language: 'en', words: panelWords }
}
