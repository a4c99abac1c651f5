import type { Clock } from '@helvino/runtime'

/** Tries in one window, for one account and for one address. */
const maxAccountTries = 8
const maxAddressTries = 40
const windowMs = 60_000
/** Accounts and addresses remembered; the one that was heard of longest ago goes first. */
const maxRemembered = 10_000

export interface LoginBudget {
  /** Takes one try; answers 0, or the whole seconds to wait. */
  take(account: string, address: string): number
  /** The right password gives the tries back: a person who mistyped is not shut out. */
  forgive(account: string, address: string): void
}

interface Window {
  readonly startedAtMs: number
  readonly tries: number
}

/** Slows down whoever guesses passwords, for one account and from one address, at a cost that is bounded. */
export function createLoginBudget(clock: Clock): LoginBudget {
  const windows = new Map<string, Window>()

  function takeOne(key: string, maxTries: number): number {
    const nowMs = clock.monotonicMs()
    const known = windows.get(key)
    const window = known && nowMs - known.startedAtMs < windowMs ? known : { startedAtMs: nowMs, tries: 0 }
    if (window.tries >= maxTries) return Math.ceil((windowMs - (nowMs - window.startedAtMs)) / 1000)
    windows.delete(key)
    windows.set(key, { ...window, tries: window.tries + 1 })
    const [oldest] = windows.keys()
    if (windows.size > maxRemembered && oldest !== undefined) windows.delete(oldest)
    return 0
  }

  return {
    take: (account, address) =>
      Math.max(takeOne(`account ${account}`, maxAccountTries), takeOne(`address ${address}`, maxAddressTries)),
    forgive(account, address) {
      windows.delete(`account ${account}`)
      windows.delete(`address ${address}`)
    },
  }
}
