import type { viewWords } from './en-more.ts'
import type { launcherWords, panelWords } from './en.ts'

/** What the panel says before anything else is loaded. */
export type PanelWords = typeof panelWords

/** A whole language: every one but English is a chunk of its own, and one that lacks a word does not compile. */
export type Words = PanelWords & typeof viewWords & Pick<typeof launcherWords, 'open' | 'loadFailed'>
