import type { PanelWords } from './words/words.ts'

/** Of all language chunks, which are built together. */
declare const WORDS_HASH: string

/** Those that have a chunk; English is built in. */
const spoken = /^(?:de|fr|es|pt|tr|ar|ja|en)(?=-|$)/i

/** The first of `wanted` (BCP 47 tags, `auto` for those of the browser) that is spoken here. */
export function chooseLanguage(wanted: string, ofBrowser: readonly string[]): string {
  const tags = wanted === 'auto' ? ofBrowser : [wanted]
  return tags.map((tag) => spoken.exec(tag)?.[0].toLowerCase()).find(Boolean) ?? 'en'
}

/** The words of a language other than English. Rejects where they cannot be had. */
export async function loadWords(apiUrl: string, language: string): Promise<PanelWords> {
  const chunk = (await import(`${apiUrl}/assets/words-${language}-${WORDS_HASH}.js`)) as { speech: PanelWords }
  return chunk.speech
}
