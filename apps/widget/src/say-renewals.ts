import type { TokenEvent, TokenRenewer } from '@helvino/client'
import { lineOfTokenEvent, say } from './console-lines.ts'
import type { PanelTerms } from './panel-terms.ts'

/** Says in the console what becomes of the token, what was before this call first. Returns the unsubscribe. */
export function sayRenewals({ boot }: PanelTerms, renewer: TokenRenewer, early: readonly TokenEvent[]): () => void {
  const isFirstSaid = boot !== undefined && boot.body === undefined
  const hear = (event: TokenEvent) => {
    const line = lineOfTokenEvent(event, isFirstSaid)
    if (line !== undefined) say(line)
  }
  early.forEach(hear)
  return renewer.subscribe(hear)
}
