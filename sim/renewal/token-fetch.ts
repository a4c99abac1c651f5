import { asRecord, asString, parseJson } from '@helvino/protocol'
import type { HttpResponse, Network } from '@helvino/runtime'
import type { AskedAt, TokenAnswer } from '@helvino/token/core'
import type { Trace } from '../trace.ts'
import { audienceHeader, type IssuerModel, tokenUrl } from './issuer-model.ts'
import type { TabWatch } from './tab-watch.ts'

export interface TokenFetchTerms {
  readonly network: Network
  readonly issuer: IssuerModel
  readonly watch: TabWatch
  readonly trace: Trace
  /** As a `fetchToken` that knows nothing of signals: its answer comes, however late. */
  readonly isDeaf: boolean
  /** Why the engine says it renews. */
  readonly cause: () => string | undefined
}

const never = new AbortController().signal

/** `Retry-After` in ms from now, as it stands there: seconds or a date, `undefined` for anything else. To clamp it is the renewer's work. */
function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs
  return Number.isNaN(waitMs) ? undefined : waitMs
}

function unavailable(response: HttpResponse, nowMs: number): TokenAnswer {
  const waitMs = retryAfterMs(response.header('retry-after'), nowMs)
  return {
    kind: 'unavailable',
    reason: `status ${response.status}`,
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  }
}

/** What a tab's renewer gets as `fetchToken`: one request to the issuer, watched. */
export function tokenFetch(terms: TokenFetchTerms): (signal: AbortSignal) => Promise<TokenAnswer> {
  const { network, watch, trace, isDeaf, cause } = terms
  const { group, clock } = watch
  return async (signal) => {
    const flight = watch.startRenewal(cause())
    const endOnAbort = () => {
      watch.endRenewal(flight)
    }
    signal.addEventListener('abort', endOnAbort, { once: true })
    const asked = { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() }
    const askedByMachine = group.terms.machine.now()
    trace.add('ask', watch.name)
    try {
      const headers = { [audienceHeader]: group.audience }
      const request = { method: 'GET', url: tokenUrl, headers } as const
      const response = await network.request(request, isDeaf ? never : signal)
      trace.add(`issuer ${response.status}`, watch.name)
      if (response.status === 200) return issued(terms, response, asked, askedByMachine, signal.aborted)
      if (signal.aborted) return { kind: 'unavailable', reason: 'late' }
      if (response.status === 403) {
        watch.hearFinalNo()
        return { kind: 'refused', reason: asString(asRecord(parseJson(response.body))?.['code']) ?? 'refused' }
      }
      const answer = unavailable(response, clock.nowMs())
      if (answer.kind === 'unavailable' && answer.retryAfterMs !== undefined) watch.hearLater(answer.retryAfterMs)
      return answer
    } finally {
      signal.removeEventListener('abort', endOnAbort)
      watch.endRenewal(flight)
    }
  }
}

function issued(
  { issuer, watch }: TokenFetchTerms,
  response: HttpResponse,
  asked: AskedAt,
  askedByMachine: AskedAt,
  isLate: boolean,
): TokenAnswer {
  const { token, expiresAtMs, issuerNowMs } = JSON.parse(response.body) as Record<
    'expiresAtMs' | 'issuerNowMs',
    number
  > & {
    readonly token: string
  }
  const record = issuer.records.get(token)
  if (!record) throw new Error('an answer with a token that was never issued')
  watch.hearIssued(record, askedByMachine, isLate)
  return { kind: 'issued', token, expiresAtMs, issuerNowMs, asked }
}
