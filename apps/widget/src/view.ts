import type { EnqueueResult, TokenEvent } from '@helvino/client'
import type { Clock } from '@helvino/runtime'
import type { Component, ComponentClass, createRef, Fragment, h } from 'preact'
import type { WidgetApi } from './api.ts'
import type { PanelTerms } from './panel-terms.ts'
import type { PanelWords, Words } from './words/words.ts'

/** What the panel's chunk carries and the view's chunk uses, so that no page loads it twice. */
export interface ViewRuntime {
  readonly h: typeof h
  readonly Fragment: typeof Fragment
  readonly Component: typeof Component
  readonly createRef: typeof createRef
}

/** The organisation's settings as they came: what only the view reads is decoded there. */
export type GivenConfig = Readonly<Record<string, unknown>> | undefined

export interface ConversationProps {
  readonly api: WidgetApi
  readonly clock: Clock
  readonly terms: PanelTerms
  readonly words: PanelWords
  /** BCP 47 tag that times and days are told in. */
  readonly language: string
  readonly isOpen: boolean
  /** See `Tuning.errorClearMs`. */
  readonly errorClearMs: number
  /** What became of the token until now; grows as far as 50. */
  readonly early: readonly TokenEvent[]
}

/** Everything that the panel shows beyond its first words: a chunk of its own, loaded as soon as the panel stands. */
export interface View {
  readonly css: string
  /** The messages, and what stands between them and the composer. */
  readonly Conversation: ComponentClass<ConversationProps>
  /** A language's words with all that the view says; English where they say no more than the panel's first. */
  wordsOf(words: PanelWords): Words
  /** The line under the organisation's name; empty where there is nothing to say. */
  headline(given: GivenConfig, words: PanelWords, language: string, nowMs: number): string
  /** Why a message was not taken; empty where it was. */
  noticeOf(result: EnqueueResult, words: PanelWords): string
}

export interface ViewModule {
  createView(runtime: ViewRuntime): View
}
