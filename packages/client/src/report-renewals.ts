import { headers, jsonText } from '@helvino/protocol'
import type { Clock, Life, Network, Random } from '@helvino/runtime'
import type { TokenEvent, TokenRenewer } from '@helvino/token/core'
import { request } from './call.ts'
import { RenewalReport } from './renewal-report.ts'

const everyMs = 60_000
const answerWithinMs = 10_000
// For so much of its life no use of a token starts its renewal.
const quietFraction = 0.65

export interface ReportRenewalsPorts {
  readonly clock: Clock
  readonly random: Random
  readonly life: Life
  readonly request: Network['request']
  readonly renewer: Pick<TokenRenewer, 'token' | 'subscribe'>
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  /** What happened before. */
  readonly early: readonly TokenEvent[]
}

/**
 * Tells the server what came of renewals: about once a minute while there is something to say, and when the page is left. It waits for no
 * token and asks for none; a report that finds no taker goes with the next one. A renewer that tells nothing any more ends it.
 */
export function reportRenewals(ports: ReportRenewalsPorts): void {
  const { clock, random, life, renewer, apiUrl } = ports
  const report = new RenewalReport()
  const { signal } = new AbortController()
  let disarm: (() => void) | undefined
  let isSending = false
  let quietUntilMs = 0

  async function send(keepalive: boolean): Promise<void> {
    // Asking for a token that is to be renewed soon would start that. What is not said now is armed again by the next event, of which a
    // renewer that was disposed of has none.
    const token = clock.monotonicMs() < quietUntilMs ? renewer.token() : undefined
    if (token === undefined || report.isEmpty || (isSending && !keepalive)) return
    isSending = true
    const said = report.take()
    const httpRequest = {
      ...({ method: 'POST', url: `${apiUrl}/api/telemetry`, keepalive } as const),
      headers: { 'content-type': 'application/json', [headers.orgToken]: token },
      body: jsonText(said),
    }
    const isTaken = await request(ports, clock, httpRequest, answerWithinMs, signal).then(
      ({ status }) => status < 300,
      () => false,
    )
    isSending = false
    if (!isTaken) report.giveBack(said)
    arm()
  }

  /** While there is something to say, and only then, a timer runs and the page's life is heard. */
  function arm(): void {
    if (disarm || report.isEmpty) return
    const cancelTimer = clock.startTimer(everyMs * (0.75 + random.fraction() / 2), () => {
      disarm?.()
      void send(false)
    })
    const stopListening = life.subscribe((event) => {
      if (event === 'hidden' || event === 'leaving') void send(true)
    })
    disarm = () => {
      cancelTimer()
      stopListening()
      disarm = undefined
    }
  }

  const hear = (event: TokenEvent) => {
    report.hear(event)
    if (event.type === 'renewed') {
      const restMs = event.expiresAtMs - (clock.nowMs() - event.skewMs)
      quietUntilMs = clock.monotonicMs() + restMs * quietFraction
    }
    arm()
  }
  for (const event of ports.early) hear(event)
  renewer.subscribe(hear)
}
