import { asRecord, asString, headers } from '@helvino/protocol'
import type { HttpRequest } from '@helvino/runtime'
import type { SimAnswer } from '@helvino/testkit'
import type { Trace } from '../../trace.ts'
import type { Violations } from '../../violations.ts'
import type { Ledger } from './ledger.ts'
import type { Switches } from './switches.ts'
import { readToken, type TokenClaims } from './token-claims.ts'

/** Within so long, in ms, a switch, a sign-out or a removal acts on HTTP (I11). */
const httpWithinMs = 1_000

export interface AnswerWatchTerms {
  readonly ledger: Ledger
  readonly switches: Switches
  readonly trace: Trace
  readonly violations: Violations
  /** The server's wall clock. */
  readonly nowMs: () => number
}

/** What was known when a request arrived, which its answer must agree with. */
export interface Arrival {
  /** Why no 2xx may come of it. */
  readonly mustRefuse: string | undefined
  readonly orgId: string | undefined
}

/** Watches what the server answers: I3, I8, I11 and I12. */
export class AnswerWatch {
  readonly #terms: AnswerWatchTerms
  /** What the tokens that were seen say. */
  readonly #claims = new Map<string, TokenClaims | undefined>()

  constructor(terms: AnswerWatchTerms) {
    this.#terms = terms
  }

  arrive(
    { method, url, headers: sent }: HttpRequest,
    orgOfKey: (key: string) => string | undefined,
    origin: string | undefined,
  ): Arrival {
    const token = sent[headers.orgToken] ?? sent[headers.agentToken]
    const claims = token === undefined ? undefined : this.#claimsOf(token)
    const orgId = claims?.orgId ?? orgOfKey(sent[headers.orgKey] ?? '')
    if (orgId === undefined) return { mustRefuse: undefined, orgId }
    const { switches, nowMs } = this.#terms
    const isVisitor = sent[headers.agentToken] === undefined && !url.startsWith('/api/agent')
    const reasons = {
      'the organisation is off': switches.offForMs('org', orgId) > httpWithinMs,
      'its origin was removed': origin !== undefined && isVisitor && switches.offForMs('origin', orgId) > httpWithinMs,
      'writes are off': isVisitor && method === 'POST' && switches.offForMs('writes', orgId) > httpWithinMs,
      'its visitor was signed out':
        claims?.visitorId !== undefined &&
        switches.signedOutForMs(orgId, claims.visitorId, claims.issuedAtMs) > httpWithinMs,
      'its token has run out': claims !== undefined && nowMs() >= claims.expiresAtMs,
    }
    return { mustRefuse: Object.entries(reasons).find(([, holds]) => holds)?.[0], orgId }
  }

  leave(request: HttpRequest, answer: SimAnswer, arrival: Arrival): void {
    const { method, url } = request
    const { status, headers: told = {}, body } = answer
    const { trace, violations } = this.#terms
    const code = asString(asRecord(body)?.['code'])
    const about = `${method} ${url}`
    trace.add(`served ${status}`, about)
    if (status === 200 && url.endsWith('/batch')) trace.add('batch', about)
    if (code !== undefined) trace.add(`refused ${code}`, about)
    if (told[headers.idempotentReplayed] !== undefined) trace.add('replayed', about)
    if (status >= 500 && status !== 503) violations.add('I12', `${about} is answered with ${status} ${code ?? ''}`)
    if ((status === 503 || status === 429) && told[headers.retryAfter] === undefined)
      violations.add('I8', `${about} is answered with ${status} and no Retry-After`)
    if (status >= 300) return
    if (arrival.mustRefuse !== undefined)
      violations.add('I11', `${about} is answered with ${status}: ${arrival.mustRefuse}`)
    for (const { id } of postedMessages(request, answer))
      if (!this.#terms.ledger.isStored(arrival.orgId ?? '', id))
        violations.add('I3', `${about} is answered with a message that is not on disk`)
  }

  #claimsOf(token: string): TokenClaims | undefined {
    if (!this.#claims.has(token)) this.#claims.set(token, readToken(token))
    return this.#claims.get(token)
  }
}

/** A message as an answer tells of it. */
export interface PostedMessage {
  readonly id: string
  readonly conversationId: string
  readonly sequence: number
}

/** The messages that this answer says are stored. */
export function postedMessages({ method, url }: HttpRequest, { status, body }: SimAnswer): readonly PostedMessage[] {
  if (method !== 'POST' || status >= 300 || !url.includes('/messages')) return []
  const results = asRecord(body)?.['results']
  const messages = Array.isArray(results) ? results.map((result) => asRecord(result)?.['message']) : [body]
  return messages.filter((message) => message !== undefined) as PostedMessage[]
}
