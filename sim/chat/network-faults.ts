import { HeldResponse, type SimFault, type SimRandom, type SimTimeline } from '@helvino/testkit'
import type { ChatFault } from './chat-faults.ts'

const retryAfterValues = ['0', '1', '7', '30', '120', '-5', 'soon', 'Wed, 21 Oct 2015 07:28:00 GMT']

/** The fault that strikes one request. */
export function networkFault(
  kind: ChatFault | undefined,
  random: SimRandom,
  timeline: SimTimeline,
): SimFault | undefined {
  switch (kind) {
    case 'drop':
    case 'lose-response':
    case 'duplicate':
      return { kind }
    case 'black-hole':
      return { kind: random.isHit(0.5) ? kind : 'swallow-response' }
    case 'delay':
      return delay(random, timeline)
    case 'busy':
      return busy(random)
    default:
      return undefined
  }
}

/** Lognormal around 400 ms, up to 60 s; or an answer that waits while later ones overtake it. */
function delay(random: SimRandom, timeline: SimTimeline): SimFault {
  const normal = Array.from({ length: 6 }, () => random.fraction()).reduce((sum, each) => sum + each, -3)
  const delayMs = Math.min(60_000, Math.round(400 * Math.exp(2 * normal)))
  if (random.isHit(0.7)) return { kind: 'delay', delayMs }
  const response = new HeldResponse()
  timeline.schedule(delayMs, () => {
    response.release()
  })
  return { kind: 'hold', response }
}

/** A proxy in between answers. */
function busy(random: SimRandom): SimFault {
  const status = random.pick([429, 500, 502, 503])
  const retryAfter = { 'retry-after': random.pick(retryAfterValues) }
  return {
    kind: 'answer',
    answer: { status, headers: status === 429 || status === 503 ? retryAfter : {}, body: 'busy' },
  }
}
