import { aheadWindowMs } from './known-token.ts'
import type { GroupWatch } from './group-watch.ts'
import type { IssuerModel } from './issuer-model.ts'
import type { Slot } from './slot.ts'

/** Tabs that do not hear each other, or have no lock, may spend their budget on each other: but for a minute only. */
const isStarved = ({ isShared, lastTold, terms }: GroupWatch): boolean =>
  !isShared && lastTold !== undefined && terms.machine.sinceMs(lastTold.asked) < terms.lifeMs + 60_000

/** Faults have been over for longer than the longest backoff: whoever holds a token has one, unless the issuer itself wants to be left alone. */
export function checkRecovered(slots: readonly Slot[], issuer: IssuerModel): void {
  for (const { page, group } of slots) {
    if (!page || page.watch.holders === 0 || page.watch.isGivenUp || group.wasBlockedWithin(60_000)) continue
    page.watch.noteUse()
    const token = page.renewer.token()
    if (token === undefined && (group.isBeingRenewed || isStarved(group))) continue
    if (token === undefined) page.watch.violate('I6', `has no token, and is ${page.renewer.snapshot().phase}`)
    // A token that nobody uses may have been withdrawn before the faults were over.
    else if (group.terms.lifeMs < 360_000 && issuer.verify(token, group.audience).status !== 200)
      page.watch.violate('I6', 'holds a token that the server refuses')
  }
}

/** Nobody waits any more. */
export function checkSettled(slots: readonly Slot[]): void {
  for (const { page } of slots)
    if (page && page.watch.waits.size > 0) page.watch.violate('I6', `keeps ${page.watch.waits.size} callers for ever`)
}

/** Renewals in `windowMs` of peace, in which a token was held all the time: as many as one tab needs, whatever the number of tabs. */
export function checkCost(group: GroupWatch, renewals: number, windowMs: number, tabs: number): void {
  const { fromMs, toMs } = aheadWindowMs(group.terms)
  const { isShared } = group
  const most = Math.ceil(windowMs / fromMs) + 1
  // Hidden tabs come a little later, and an answer takes its time.
  const least = Math.floor(windowMs / (toMs + 3_000)) - 3
  if (renewals < least || renewals > (isShared ? most : most * tabs))
    group.terms.violations.add(
      'cost',
      `${group.audience}: ${renewals} renewals in ${windowMs} ms, not ${least} to ${most}`,
    )
}

/** C14: whoever starts work owns how it stops. Nothing of a renewer is left once it is disposed of, nor of a page that was put aside. */
export function checkStopped(slots: readonly Slot[]): void {
  for (const { page, group } of slots) {
    if (!page) continue
    const { locks, channels } = group.terms.machine.browser
    const left = {
      timers: page.pendingTimers,
      listeners: page.tab.life.listenerCount,
      locks: locks.holderOf(group.terms.shareName)?.clock === page.tab.clock ? 1 : 0,
      channels: channels.openCountOf(page.tab.clock),
    }
    for (const [what, count] of Object.entries(left))
      if (count > 0) page.watch.violate('I6', `leaves ${count} ${what} behind`)
  }
}
