/** @jsxImportSource preact */
import type { ChatState, TimelineItem } from '@helvino/client'
import { isOwn, saidIn, stateOf } from './message-state.ts'
import type { PanelWords } from './words/words.ts'

export interface GreetingProps {
  readonly chat: ChatState
  readonly words: PanelWords
}

/** What an empty conversation shows: the organisation's own words where it has some. */
export function Greeting({ chat, words }: GreetingProps) {
  const said = (name: string, usual: string) => {
    const own = chat.config?.given[name]
    return own && typeof own === 'string' ? own : usual
  }
  return (
    <div class="greeting">
      <strong>{said('greeting', words.greeting)}</strong>
      <p>{said('greetingDetail', words.greetingDetail)}</p>
    </div>
  )
}

/** The messages as they are shown until the view's chunk is there: what was said and how far it is, and no more. */
export function FirstLines({ items, chat, words }: GreetingProps & { readonly items: readonly TimelineItem[] }) {
  return (
    <div class="timeline" role="log" aria-label={words.log} aria-live="off" tabIndex={0}>
      {!items.length && <Greeting chat={chat} words={words} />}
      {items.map((item) => {
        const state = isOwn(item) && stateOf(item, chat.delivery.isFailing)
        return (
          <div key={item.key} class={`message${state ? ` own ${state}` : ''}`}>
            <p dir="auto">{saidIn(item).content}</p>
            {state && <div class="note">{words[state]}</div>}
          </div>
        )
      })}
    </div>
  )
}
