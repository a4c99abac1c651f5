import type { SimRandom } from '@helvino/testkit'
import type { ChatFault } from './chat-faults.ts'
import type { Person } from './person.ts'

/** What is drawn for one fault of a browser before it begins. */
export interface BrowserFaultTerms {
  readonly wallStepMs: number
  /** One of two kinds of the same fault. */
  readonly isOther: boolean
  readonly random: SimRandom
}

/** Begins a fault of one person's browser. Returns how it ends, where it lasts. */
export function beginInBrowser(kind: ChatFault, person: Person, terms: BrowserFaultTerms): (() => void) | undefined {
  const { browser } = person
  const { wallStepMs, isOther, random } = terms
  switch (kind) {
    case 'wall-step':
      browser.stepWallClock(wallStepMs)
      return undefined
    case 'sleep':
      person.noteGap()
      browser.closeLid({ monotonicTicks: isOther })
      return () => {
        browser.openLid()
      }
    case 'reload':
      person.reload()
      return undefined
    case 'kill':
      person.kill()
      return () => {
        person.reopen()
      }
    case 'offline':
      return goOffline(person)
    case 'storage-blocked':
      browser.database.isBlocked = true
      // Now and then there is nothing else either.
      browser.texts.isBlocked = isOther
      return () => {
        browser.database.isBlocked = browser.texts.isBlocked = false
      }
    case 'storage-hangs':
      browser.database.isHanging = true
      return () => {
        browser.database.isHanging = false
      }
    case 'storage-fails':
      browser.database.failsAt = () => random.isHit(0.2)
      return () => {
        browser.database.failsAt = () => false
      }
    default:
      return beginInTab(kind, person)
  }
}

function goOffline({ tabs }: Person): () => void {
  for (const { tab } of tabs) {
    tab.network.isOffline = true
    tab.life.emit('offline')
  }
  return () => {
    for (const { tab } of tabs) {
      tab.network.isOffline = false
      tab.life.emit('online')
    }
  }
}

function beginInTab(kind: ChatFault, person: Person): (() => void) | undefined {
  const open = person.pickTab()
  if (!open) return undefined
  const { clock, network, life } = open.tab
  switch (kind) {
    case 'freeze':
      person.noteGap()
      clock.freezeTimers()
      return () => {
        clock.thawTimers()
        clock.whenAwake(() => {
          life.emit('returned')
        })
      }
    case 'socket-cut':
      network.cutSockets()
      return undefined
    case 'half-open':
      for (const socket of network.sockets) socket.goSilent()
      return undefined
    default:
      throw new Error(`${kind} strikes single requests`)
  }
}

/** Nothing is wrong with this person's machine any more, and its pages are looked at. */
export function calmBrowser(person: Person): void {
  const { browser } = person
  browser.database.isBlocked = browser.database.isHanging = false
  browser.texts.isBlocked = false
  browser.database.failsAt = () => false
  browser.database.delayMs = 0
  browser.openLid()
  person.reopen()
  for (const { tab } of person.tabs) {
    tab.network.isOffline = false
    tab.clock.thawTimers()
    for (const event of ['visible', 'online'] as const) tab.life.emit(event)
  }
}
