import type { Clock } from '@helvino/runtime'

/** Tries in one window, for one account, or one browser that is known for it, and for one address. */
const maxAccountTries = 8
const maxAddressTries = 40
/** For one account from all browsers that are known for it: cookies can be collected while one knows the password. */
const maxKnownTries = 40
const windowMs = 60_000
/** Accounts, and as many addresses, remembered; the one that was heard of longest ago goes first. */
const maxRemembered = 10_000

export interface LoginBudget {
  /** Takes one try; answers 0, or the whole seconds to wait. `knownAs` names a browser that is known for the account: it has tries of its own. */
  take(account: string, address: string, knownAs?: string): number
  /** The right password clears the account and gives the address this one try back: a person who mistyped is not shut out. */
  forgive(account: string, address: string, knownAs?: string): void
}

interface Window {
  readonly startedAtMs: number
  readonly tries: number
}

/** Tries of many names, each within its window; the memory of it is bounded. */
class Tries {
  readonly #clock: Clock
  readonly #most: number
  readonly #windows = new Map<string, Window>()

  constructor(clock: Clock, most: number) {
    this.#clock = clock
    this.#most = most
  }

  /** Answers 0, or the whole seconds to wait; hearing of a name, refused or not, keeps it among the remembered. */
  take(name: string): number {
    const nowMs = this.#clock.monotonicMs()
    const known = this.#windows.get(name)
    const window = known && nowMs - known.startedAtMs < windowMs ? known : { startedAtMs: nowMs, tries: 0 }
    const isRefused = window.tries >= this.#most
    this.#windows.delete(name)
    this.#windows.set(name, isRefused ? window : { ...window, tries: window.tries + 1 })
    const [oldest] = this.#windows.keys()
    if (this.#windows.size > maxRemembered && oldest !== undefined) this.#windows.delete(oldest)
    return isRefused ? Math.ceil((windowMs - (nowMs - window.startedAtMs)) / 1000) : 0
  }

  giveBack(name: string): void {
    const window = this.#windows.get(name)
    if (window && window.tries > 0) this.#windows.set(name, { ...window, tries: window.tries - 1 })
  }

  clear(name: string): void {
    this.#windows.delete(name)
  }
}

/** Slows down whoever guesses passwords, for one account and from one address, at a cost that is bounded. */
export function createLoginBudget(clock: Clock): LoginBudget {
  const accounts = new Tries(clock, maxAccountTries)
  const addresses = new Tries(clock, maxAddressTries)
  const browsers = new Tries(clock, maxAccountTries)
  const knownAccounts = new Tries(clock, maxKnownTries)
  return {
    // The address first: one that is used up must not be able to shut out, or to crowd out, accounts.
    take: (account, address, knownAs) =>
      knownAs === undefined
        ? addresses.take(address) || accounts.take(account)
        : browsers.take(knownAs) || knownAccounts.take(account),
    forgive(account, address, knownAs) {
      // What strangers have tried meanwhile goes on counting against them.
      if (knownAs !== undefined) {
        browsers.clear(knownAs)
        knownAccounts.giveBack(account)
        return
      }
      accounts.clear(account)
      addresses.giveBack(address)
    },
  }
}
