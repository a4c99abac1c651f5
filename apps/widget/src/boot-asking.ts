import { siteHeader } from '@helvino/client'
import { headers, parseJson } from '@helvino/protocol'
import type { Clock, Network } from '@helvino/runtime'
import type { PageSettings } from './page-settings.ts'
import type { BootCall } from './panel-terms.ts'

export interface BootAskingOptions extends PageSettings {
  readonly clock: Clock
  readonly request: Network['request']
}

/** Hears an answer: `json` is what came, unchecked. Gives true where asking again is of no use. */
export type BootListener = (status: number, json: Readonly<Record<string, unknown>>) => boolean

/** The loader's bootloader call: one, unless it comes to nothing. Once there is a panel its client renews; before it, nobody needs a token. */
export interface BootAsking {
  /** Asks where that was not done yet, or was in vain a while ago. */
  ask(): void
  /** The last call, also one in vain: a panel that is opened just then hears so from it, and does not ask too early either. */
  last(): BootCall | undefined
}

// A call that came to nothing is not made again sooner than this.
const askAgainAfterMs = 5_000

export function createBootAsking(
  { clock, request, apiUrl, site }: BootAskingOptions,
  visitorId: () => string,
  signal: AbortSignal,
  hear: BootListener,
): BootAsking {
  let last: BootCall | undefined
  let notBeforeMs = 0
  // A date, or nothing at all, is no number: then it is the least.
  const askLater = (waitMs = 0) => {
    notBeforeMs = clock.monotonicMs() + Math.max(askAgainAfterMs, waitMs || 0)
  }
  return {
    last: () => last,
    ask() {
      const asked = { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() }
      if (signal.aborted || asked.monotonicMs < notBeforeMs) return
      notBeforeMs = Infinity
      const identity = { ...siteHeader(site), [headers.visitorId]: visitorId() }
      const response = request({ method: 'GET', url: `${apiUrl}/api/bootloader`, headers: identity }, signal)
      const call: BootCall = { asked, response, body: undefined }
      last = call
      response.then(
        ({ status, header, body }) => {
          // Whatever JSON it is: of what is no object, no field is there.
          const json = parseJson(body) as Readonly<Record<string, unknown>> | null | undefined
          if (status === 200 && json) call.body = body
          if (!json || !hear(status, json)) askLater(Number(header(headers.retryAfter)) * 1_000)
        },
        () => askLater(),
      )
    },
  }
}
