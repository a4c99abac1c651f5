import { describe, expect, it } from 'vitest'
import { previewWords } from '../apps/inbox/src/words/preview-words.ts'
import { speech as ar } from '../apps/widget/src/words/ar.ts'
import { speech as de } from '../apps/widget/src/words/de.ts'
import { viewWords } from '../apps/widget/src/words/en-more.ts'
import { panelWords } from '../apps/widget/src/words/en.ts'
import { speech as es } from '../apps/widget/src/words/es.ts'
import { speech as fr } from '../apps/widget/src/words/fr.ts'
import { speech as ja } from '../apps/widget/src/words/ja.ts'
import { speech as pt } from '../apps/widget/src/words/pt.ts'
import { speech as tr } from '../apps/widget/src/words/tr.ts'

const spoken = { en: { ...panelWords, ...viewWords }, ar, de, es, fr, ja, pt, tr }

// No app imports another, and in a package of their own the widget's words would all be loaded to show a few of them.
describe('the preview of the widget', () => {
  it('[IX7] says in every language what the widget says', () => {
    const shown = Object.entries(previewWords).map(([language, { name: _name, ...words }]) => [language, words])
    const said = Object.entries(spoken).map(([language, words]) => {
      const { greeting, greetingDetail, placeholder, writesOff, branding, away, emailAsk, emailLabel } = words
      const replies = { minutes: words.repliesInMinutes, hours: words.repliesInHours, day: words.repliesInADay }
      const others = { greeting, greetingDetail, placeholder, writesOff, branding, away, emailAsk, emailLabel }
      return [language, { ...replies, ...others }]
    })
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(said))
  })
})
