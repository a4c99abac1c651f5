import type { HttpRequest } from '@helvino/runtime'
import { HeldResponse, type SimFault, type SimRandom, type SimTimeline } from '@helvino/testkit'
import type { Swarm } from '../swarm.ts'
import type { Trace } from '../trace.ts'
import { tokenUrl } from './issuer-model.ts'
import type { RenewalFault, RequestFault } from './renewal-faults.ts'

export interface RequestFaultTerms {
  readonly random: SimRandom
  readonly swarm: Swarm<RenewalFault>
  readonly timeline: SimTimeline
  readonly trace: Trace
  readonly chaosMs: number
}

const soon = ['0', '1', '7', '30', '120', '-5', 'soon', '', '1.5', 'Wed, 21 Oct 2015 07:28:00 GMT']
// An hour after the clamp: only early, so that it is over before everything has to have settled.
const far = ['3600', '1000000000', '99999999999999999999', 'Wed, 21 Oct 2099 07:28:00 GMT', '900']

/** What goes wrong with single requests. */
export class RequestFaults {
  /** Nothing that is asked for arrives: `all`, or only what is asked of the issuer. */
  outage: 'none' | 'issuer' | 'all' = 'none'
  isBusy = false
  isOver = false
  readonly #terms: RequestFaultTerms

  constructor(terms: RequestFaultTerms) {
    this.#terms = terms
  }

  strike(request: HttpRequest): SimFault | undefined {
    if (this.isOver) return undefined
    const { random, swarm } = this.#terms
    const isRenewal = request.url === tokenUrl
    if (this.outage === 'all' || (this.outage === 'issuer' && isRenewal)) return { kind: 'drop' }
    if (this.isBusy && random.isHit(0.7)) return this.#busy()
    const kind = swarm.strike(random) as RequestFault | undefined
    if (kind === undefined || (isRenewal && (kind === 'stray-refusal' || kind === 'no-permission'))) return undefined
    this.#terms.trace.add(`fault ${kind}`)
    if (isRenewal && kind === 'lose-response') this.#terms.trace.add('renewal without its answer')
    return this.#make(kind)
  }

  #make(kind: RequestFault): SimFault {
    const { random } = this.#terms
    switch (kind) {
      case 'drop':
      case 'lose-response':
      case 'duplicate':
        return { kind }
      case 'black-hole':
        return { kind: random.isHit(0.5) ? kind : 'swallow-response' }
      case 'delay':
        return { kind, delayMs: this.#lognormalMs() }
      case 'reorder':
        return this.#hold()
      case 'busy':
        return this.#busy()
      case 'stray-refusal': {
        const code = random.pick(['token_expired', 'token_invalid', 'token_missing'])
        return { kind: 'answer', answer: { status: random.pick([401, 403]), body: { code } } }
      }
      case 'no-permission':
        return { kind: 'answer', answer: { status: 403, body: { code: 'not_allowed' } } }
    }
  }

  /** Lognormal around 400 ms, from 5 ms up to 60 s. */
  #lognormalMs(): number {
    const { random } = this.#terms
    const normal = Array.from({ length: 6 }, () => random.fraction()).reduce((sum, each) => sum + each, -3)
    return Math.max(5, Math.min(60_000, Math.round(400 * Math.exp(2 * normal))))
  }

  /** An answer that waits while later ones overtake it. */
  #hold(): SimFault {
    const response = new HeldResponse()
    this.#terms.timeline.schedule(this.#lognormalMs(), () => {
      response.release()
    })
    return { kind: 'hold', response }
  }

  #busy(): SimFault {
    const { random, timeline, chaosMs } = this.#terms
    const status = random.pick([429, 429, 500, 502, 503, 503])
    const isEarly = timeline.elapsedMs < chaosMs / 3
    // A date is read by the client's clock, which may be hours wrong.
    const dates = [timeline.nowMs + 60_000, timeline.nowMs - 60_000].map((atMs) => new Date(atMs).toUTCString())
    const value = random.pick(isEarly && random.isHit(0.2) ? [...far, ...dates] : soon)
    const hasValue = (status === 429 || status === 503) && random.isHit(0.8)
    return {
      kind: 'answer',
      answer: { status, headers: hasValue ? { 'retry-after': value } : {}, body: { code: 'busy' } },
    }
  }
}
