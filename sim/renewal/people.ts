import type { SimRandom } from '@helvino/testkit'
import type { WaitOptions } from '@helvino/token/core'
import type { Page } from './page.ts'
import type { Slot } from './slot.ts'

export interface PeopleTerms {
  readonly random: SimRandom
  readonly fromMs: number
  readonly untilMs: number
  readonly lifeMs: number
  readonly hasEdges: boolean
  readonly after: (delayMs: number, run: () => void) => void
}

const minuteMs = 60_000

function waitOptions(page: Page, random: SimRandom): WaitOptions {
  const stop = new AbortController()
  const hasSignal = random.isHit(0.15)
  if (hasSignal) {
    const abortsAfterMs = random.whole(0, 20_000)
    if (abortsAfterMs < 500) stop.abort(new Error('changed its mind'))
    else page.tab.clock.startTimer(abortsAfterMs, () => stop.abort(new Error('changed its mind')))
  }
  return {
    ...(random.isHit(0.4) && { withinMs: random.whole(200, 40_000) }),
    ...(hasSignal && { signal: stop.signal }),
  }
}

/** Somebody in the page wants a token, in one of the ways there are. */
function call(page: Page, random: SimRandom): void {
  const options = waitOptions(page, random)
  const kind = random.fraction()
  if (kind >= 0.92) {
    page.look()
    return
  }
  const done =
    kind < 0.6
      ? page.send(options)
      : kind < 0.75
        ? page.valid(options)
        : kind < 0.85
          ? page.ensure(options)
          : page.refresh(options)
  done.catch(page.tab.clock.timeline.reportBug)
}

/** Bursts of calls, and spans in which the page holds on to a fresh token. */
export function planPeople(slot: Slot, terms: PeopleTerms): void {
  const { random, fromMs, untilMs, lifeMs, hasEdges, after } = terms
  for (let burst = random.whole(2, 8); burst > 0; burst--) {
    const atMs = random.whole(fromMs, untilMs)
    for (let each = random.whole(1, 6); each > 0; each--)
      after(atMs + random.whole(0, 2_000), () => {
        slot.act((page) => call(page, random))
      })
  }
  for (let span = random.whole(0, 2); span > 0; span--) {
    const atMs = random.whole(fromMs, untilMs)
    // A life of 5 s, held all the time, would be most of the world's events and show nothing more.
    const forMs = random.whole(10_000, Math.min(60 * minuteMs, 30 * lifeMs))
    after(atMs, () => {
      slot.act((page) => {
        const release = page.hold()
        after(forMs, () => {
          page.tab.clock.whenAwake(release)
        })
      })
    })
  }
  if (hasEdges) planEdges(slot, terms)
}

/** Looks and calls at the very moments at which a token becomes due, unusable and dead: that is where one ms too many shows. */
function planEdges(slot: Slot, { random, fromMs, untilMs, after }: PeopleTerms): void {
  for (let edge = random.whole(1, 6); edge > 0; edge--)
    after(random.whole(fromMs, untilMs), () => {
      const page = slot.page
      const known = page?.watch.newest
      if (!page || !known) return
      const { dueAfterMs, unusableAfterMs, record } = known
      const ageMs = slot.group.terms.machine.sinceMs(known.asked)
      for (const atMs of [dueAfterMs, unusableAfterMs, record.lifeMs])
        if (atMs > ageMs)
          after(atMs - ageMs, () => {
            slot.act((now) => {
              now.look()
              call(now, random)
            })
          })
    })
}
