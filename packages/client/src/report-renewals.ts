import { headers } from '@helvino/protocol'
import type { Clock, Life, Network, Random } from '@helvino/runtime'
import type { TokenEvent, TokenRenewer } from '@helvino/token'
import { request } from './call.ts'
import { RenewalReport } from './renewal-report.ts'

const everyMs = 60_000
const answerWithinMs = 10_000

export interface ReportRenewalsPorts {
  readonly clock: Clock
  readonly random: Random
  readonly life: Life
  readonly request: Network['request']
  readonly renewer: Pick<TokenRenewer, 'token' | 'subscribe' | 'snapshot'>
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  /** What happened before. */
  readonly early: readonly TokenEvent[]
}

/**
 * Tells the server what came of renewals: about once a minute while there is something to say, and when the page is left. It waits for no
 * token and asks for none; a report that finds no taker goes with the next one. Ends with the renewer.
 */
export function reportRenewals(ports: ReportRenewalsPorts): void {
  const { clock, random, life, renewer, apiUrl } = ports
  const report = new RenewalReport()
  const { signal } = new AbortController()
  let cancel: (() => void) | undefined
  let isSending = false

  async function send(keepalive: boolean): Promise<void> {
    const token = renewer.token()
    if (token === undefined || report.isEmpty || (isSending && !keepalive)) return
    isSending = true
    const said = report.take()
    const isTaken = await request(
      ports,
      clock,
      {
        ...{ method: 'POST', url: `${apiUrl}/api/telemetry`, body: JSON.stringify(said), keepalive },
        headers: { 'content-type': 'application/json', [headers.orgToken]: token },
      },
      answerWithinMs,
      signal,
    ).then(
      ({ status }) => status < 300,
      () => false,
    )
    isSending = false
    if (!isTaken) report.giveBack(said)
    arm()
  }

  /** While there is something to say, and only then, a timer runs. */
  function arm(): void {
    if (cancel || report.isEmpty || renewer.snapshot().phase.phase === 'disposed') return
    cancel = clock.startTimer(everyMs * (0.75 + random.fraction() / 2), () => {
      cancel = undefined
      void send(false).then(arm)
    })
  }

  const hear = (event: TokenEvent) => {
    report.hear(event)
    arm()
  }
  const stopListening = life.subscribe((event) => {
    // It tells nothing any more, not even that it is over.
    if (renewer.snapshot().phase.phase === 'disposed') stopListening()
    else if (event === 'hidden' || event === 'leaving') void send(true)
  })
  for (const event of ports.early) hear(event)
  renewer.subscribe(hear)
}
