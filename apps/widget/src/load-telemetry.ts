import type { TokenEvent, TokenRenewer } from '@helvino/client'
import type { PanelTerms } from './panel-terms.ts'
import type { TelemetryModule } from './telemetry.ts'

/** File name of the chunk that this panel was built with. */
declare const TELEMETRY_FILE: string

// Long after the panel is there and the first message may have been sent.
const afterMs = 8_000

/** Loads what reports the figures, unless the page has switched that off. Nobody waits for it, and nobody hears where it does not come. */
export function loadTelemetry(terms: PanelTerms, renewer: TokenRenewer, early: readonly TokenEvent[]): void {
  const { clock, apiUrl, settings } = terms
  if (settings?.telemetry === false) return
  clock.startTimer(afterMs, () => {
    import(`${apiUrl}/assets/${TELEMETRY_FILE}`)
      .then(({ startTelemetry }: TelemetryModule) => {
        startTelemetry(terms, renewer, early)
      })
      // Figures are not worth a word in somebody's console.
      .catch(() => undefined)
  })
}
