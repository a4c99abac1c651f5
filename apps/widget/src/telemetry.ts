import { reportRenewals, type TokenEvent, type TokenRenewer } from '@helvino/client'
import { browserLife } from '@helvino/runtime/system-browser'
import type { PanelTerms } from './panel-terms.ts'

/** A chunk of its own: the panel loads it some time after it was opened, and does without it where it does not come. */
export function startTelemetry(terms: PanelTerms, renewer: TokenRenewer, early: readonly TokenEvent[]): void {
  reportRenewals({ ...terms, life: browserLife, renewer, early })
}

export type TelemetryModule = { startTelemetry: typeof startTelemetry }
