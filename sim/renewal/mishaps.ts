import type { SimClock, SimRandom } from '@helvino/testkit'
import type { Trace } from '../trace.ts'
import type { IssuerModel } from './issuer-model.ts'
import type { Machine } from './machine.ts'
import type { WorldFault } from './renewal-faults.ts'
import type { RequestFaults } from './request-faults.ts'
import { checkNoticed, noticedWithinMs } from './sleep-check.ts'
import type { Slot } from './slot.ts'

export interface MishapTerms {
  readonly random: SimRandom
  readonly trace: Trace
  readonly issuer: IssuerModel
  readonly issuerClock: SimClock
  readonly requests: RequestFaults
  readonly machines: readonly Machine[]
  readonly slots: readonly Slot[]
  readonly chaosMs: number
  readonly after: (delayMs: number, run: () => void) => void
}

const minuteMs = 60_000
const nothing = () => undefined

/** What a machine has, or has not, for as long as it is there. */
export const lastingFaults: readonly WorldFault[] = ['skew', 'no-locks', 'no-channels']

/** What goes wrong with the world, a machine or a tab for a while. */
export class Mishaps {
  readonly #terms: MishapTerms
  /** How to end what lasts. */
  readonly #ends = new Set<() => void>()

  constructor(terms: MishapTerms) {
    this.#terms = terms
  }

  /** Lets `kind` strike somewhere in the chaos phase. */
  plan(kind: WorldFault): void {
    const { random, trace, chaosMs, after } = this.#terms
    const own = random.fork(`${kind} ${random.fraction()}`)
    after(own.whole(0, chaosMs - 1), () => {
      const slot = own.pick(this.#terms.slots)
      trace.add(`fault ${kind}`, slot.name)
      const end = this.#begin(kind, slot, own)
      if (!end) return
      this.#ends.add(end)
      after(this.#lengthMs(kind, own), () => {
        if (this.#ends.delete(end)) end()
      })
    })
  }

  /** What is so from the beginning: before any tab is opened. */
  begin(kind: WorldFault): void {
    const { random, trace, machines } = this.#terms
    const machine = random.pick(machines)
    trace.add(`fault ${kind}`, machine.name)
    if (kind === 'skew') machine.stepWallClock(random.whole(-360 * minuteMs, 360 * minuteMs))
    if (kind === 'no-locks') machine.browser.locks.isMissing = true
    if (kind === 'no-channels') machine.browser.channels.isMissing = true
  }

  /** Ends whatever lasts. */
  endAll(): void {
    for (const end of this.#ends) end()
    this.#ends.clear()
  }

  #lengthMs(kind: WorldFault, random: SimRandom): number {
    // As many short ones as long ones, since what a client does differs by that.
    const longestMs = kind === 'sleep' ? 60 * minuteMs : kind === 'outage' ? 30 * minuteMs : 15 * minuteMs
    return Math.round(1_000 * (longestMs / 1_000) ** random.fraction())
  }

  #begin(kind: WorldFault, slot: Slot, random: SimRandom): (() => void) | undefined {
    const { machine } = slot.group.terms
    switch (kind) {
      case 'outage':
      case 'busy-spell':
      case 'issuer-refuses':
      case 'server-refuses':
      case 'issuer-step':
      case 'rotation':
      case 'revocation':
        return this.#beginAtServer(kind, slot, random)
      case 'wall-step':
        machine.stepWallClock(random.whole(-360 * minuteMs, 360 * minuteMs))
        return undefined
      case 'sleep':
        return this.#sleep(machine, random.isHit(0.5))
      case 'slow-channel':
        machine.slowChannels(random.whole(1, 15_000))
        return () => {
          machine.slowChannels(0)
        }
      default:
        return this.#beginInTab(kind, slot, random)
    }
  }

  #beginAtServer(kind: WorldFault, slot: Slot, random: SimRandom): (() => void) | undefined {
    const { issuer, issuerClock, requests } = this.#terms
    switch (kind) {
      case 'outage':
        requests.outage = random.isHit(0.5) ? 'issuer' : 'all'
        return () => {
          requests.outage = 'none'
        }
      case 'busy-spell':
        requests.isBusy = true
        return () => {
          requests.isBusy = false
        }
      case 'issuer-refuses':
        issuer.isRefusing = true
        return () => {
          issuer.isRefusing = false
        }
      case 'server-refuses':
        issuer.isDistrusting = true
        return () => {
          issuer.isDistrusting = false
        }
      case 'issuer-step':
        issuerClock.stepWallClock(random.whole(-60 * minuteMs, 60 * minuteMs))
        return undefined
      case 'rotation':
        issuer.rotate()
        return undefined
      default:
        issuer.revoke(slot.group.audience)
        return undefined
    }
  }

  #beginInTab(kind: WorldFault, slot: Slot, random: SimRandom): (() => void) | undefined {
    const { page } = slot
    switch (kind) {
      case 'freeze':
        slot.freeze()
        return page ? () => slot.takeUp(page) : nothing
      case 'bfcache':
        slot.putAside()
        return page ? () => slot.takeUp(page) : nothing
      case 'hide':
        slot.hide()
        return () => {
          slot.show()
        }
      case 'throttle':
        slot.throttle()
        return () => {
          slot.show()
        }
      case 'offline':
      case 'silent-offline':
        return this.#goOffline(slot.group.terms.machine, kind === 'offline')
      case 'orphaned-lock':
        return this.#orphanLock(slot, random)
      case 'reload':
        slot.leave()
        slot.open()
        return undefined
      case 'close':
        // Somebody still waits in it.
        if (page?.watch.isAwake === true) page.refresh({}).catch(page.tab.clock.timeline.reportBug)
        slot.close()
        return () => {
          slot.open()
        }
      default:
        slot.crash()
        return () => {
          slot.open()
        }
    }
  }

  #sleep(machine: Machine, monotonicTicks: boolean): (() => void) | undefined {
    if (machine.isAsleep) return undefined
    const tellTabs = () => {
      for (const { page, group } of this.#terms.slots) if (group.terms.machine === machine) page?.watch.disturb()
    }
    machine.sleep(monotonicTicks)
    tellTabs()
    return () => {
      machine.wake()
      tellTabs()
      this.#terms.after(noticedWithinMs, () => {
        checkNoticed(this.#terms.slots, machine)
      })
    }
  }

  #goOffline(machine: Machine, isTold: boolean): () => void {
    const set = (isOffline: boolean) => {
      for (const tab of machine.browser.tabs) {
        tab.network.isOffline = isOffline
        tab.clock.whenAwake(() => {
          if (isTold) tab.life.emit(isOffline ? 'offline' : 'online')
        })
      }
    }
    set(true)
    return () => {
      set(false)
    }
  }

  /** The next tab that renews hangs: frozen for a while, or dead and its locks held. */
  #orphanLock(slot: Slot, random: SimRandom): () => void {
    const { shareName, machine } = slot.group.terms
    let end: () => void = nothing
    let isOver = false
    slot.group.onceStarted((watch) => {
      const hung = this.#terms.slots.find(({ page }) => page?.watch === watch)
      const page = hung?.page
      if (!hung || !page) return
      this.#terms.after(random.whole(0, 20), () => {
        if (page.watch.isGone || isOver) return
        this.#terms.trace.add('orphan', `${watch.name} ${shareName}`)
        if (random.isHit(0.5)) {
          hung.freeze()
          end = () => hung.takeUp(page)
        } else {
          hung.crash({ keepsLocks: true })
          end = () => {
            machine.browser.locks.releaseAll(page.tab.clock)
            hung.open()
          }
        }
      })
    })
    return () => {
      slot.group.onceStarted(nothing)
      isOver = true
      end()
    }
  }
}
