import type { Rate } from '@helvino/protocol'

/** One bucket: when it is full again if nobody takes from it, and where the line of those who were refused ends. Monotonic ms. */
export interface Bucket {
  fullAtMs: number
  lineAtMs: number
}

/** Names that are remembered; the one that was heard of longest ago goes first, and has a full bucket when it comes again. */
const maxBuckets = 20_000
/** Nobody is told to wait longer than this, in ms: a line of those who never come again must not keep away who does. */
const longestLineMs = 60_000

export const fullBucket = (): Bucket => ({ fullAtMs: 0, lineAtMs: 0 })

/** A rate as what it costs to take one, in ms of the time in which the bucket fills. */
export interface Price {
  readonly eachMs: number
  readonly burstMs: number
}

/** `scale` multiplies the rate; 0 makes it free. */
export function priceOf({ perSecond, burst }: Rate, scale: number): Price {
  if (scale === 0) return { eachMs: 0, burstMs: 0 }
  const eachMs = 1_000 / (perSecond * scale)
  return { eachMs, burstMs: eachMs * burst * scale }
}

/**
 * Takes one where there is one, and gives 0; else the ms until the place of this one in the line of the refused, each of whom is sent away until
 * there is one for them. The generic cell rate algorithm: no timer, and two numbers for each bucket.
 */
export function takeOne(bucket: Bucket, { eachMs, burstMs }: Price, nowMs: number): number {
  if (eachMs === 0) return 0
  const fullAtMs = Math.max(bucket.fullAtMs, nowMs) + eachMs
  const freeInMs = fullAtMs - burstMs - nowMs
  // A millionth of a ms: what was told to wait so long must not be refused for a rounding.
  if (freeInMs <= 1e-6) {
    bucket.fullAtMs = fullAtMs
    return 0
  }
  const placeAtMs = Math.min(Math.max(bucket.lineAtMs, nowMs + freeInMs), nowMs + longestLineMs)
  bucket.lineAtMs = placeAtMs + eachMs
  return placeAtMs - nowMs
}

/** Buckets of one kind, by name; their memory is bounded. */
export class TokenBuckets {
  readonly #price: Price
  readonly #buckets = new Map<string, Bucket>()

  constructor(price: Price) {
    this.#price = price
  }

  /**
   * As `takeOne`. Hearing of a name, refused or not, keeps it among the remembered. `share`: of rate and burst, that there is at this moment,
   * above 0 and at most 1.
   */
  take(name: string, nowMs: number, share = 1): number {
    const { eachMs, burstMs } = this.#price
    return eachMs === 0 ? 0 : takeOne(this.#bucketOf(name), { eachMs: eachMs / share, burstMs }, nowMs)
  }

  /**
   * Takes so many that were not known of before, whether or not there are any: whoever comes next waits for them. One burst is owed at the most, so
   * that what comes at once keeps nobody away for long.
   */
  owe(name: string, count: number, nowMs: number): void {
    if (this.#price.eachMs === 0) return
    const bucket = this.#bucketOf(name)
    const { eachMs, burstMs } = this.#price
    const fullAtMs = Math.max(bucket.fullAtMs, nowMs) + count * eachMs
    bucket.fullAtMs = Math.max(bucket.fullAtMs, Math.min(fullAtMs, nowMs + 2 * burstMs))
  }

  #bucketOf(name: string): Bucket {
    const there = this.#buckets.get(name)
    const bucket = there ?? fullBucket()
    if (there) this.#buckets.delete(name)
    else if (this.#buckets.size >= maxBuckets) {
      const [oldest] = this.#buckets.keys()
      if (oldest !== undefined) this.#buckets.delete(oldest)
    }
    this.#buckets.set(name, bucket)
    return bucket
  }
}
