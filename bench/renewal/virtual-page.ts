import type { Channels, Locks } from '@helvino/runtime'

/** `localStorage`: strings by key. */
class VirtualStorage {
  readonly #entries = new Map<string, string>()

  get length(): number {
    return this.#entries.size
  }

  key(index: number): string | null {
    return [...this.#entries.keys()][index] ?? null
  }

  getItem(key: string): string | null {
    return this.#entries.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    this.#entries.set(key, value)
  }

  removeItem(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }
}

function broadcastChannelOf(channels: Channels): unknown {
  return class VirtualBroadcastChannel extends EventTarget {
    onmessage: ((event: MessageEvent) => void) | null = null
    readonly name: string
    readonly #channel
    #isClosed = false

    constructor(name: string) {
      super()
      this.name = name
      this.#channel = channels.open(name, (data) => {
        const event = new MessageEvent('message', { data })
        this.onmessage?.(event)
        this.dispatchEvent(event)
      })
    }

    postMessage(message: unknown): void {
      if (this.#isClosed) throw new DOMException('The channel is closed', 'InvalidStateError')
      this.#channel.post(message)
    }

    close(): void {
      this.#isClosed = true
      this.#channel.close()
    }
  }
}

interface LockOptions {
  readonly ifAvailable?: boolean
  readonly signal?: AbortSignal
}

type LockWork = (lock: { readonly name: string; readonly mode: 'exclusive' } | null) => unknown

// Far longer than any scenario: a Web Lock waits for ever.
const foreverMs = 1_000_000_000

/** `navigator.locks`, exclusive ones: what the engines here use. */
function webLocksOf(locks: Locks, isHeld: (name: string) => boolean): unknown {
  return {
    async request(name: string, ...rest: readonly [LockWork] | readonly [LockOptions, LockWork]): Promise<unknown> {
      const [options, work] = rest.length === 1 ? [{}, rest[0]] : rest
      const { signal, ifAvailable } = options
      signal?.throwIfAborted()
      if (ifAvailable && isHeld(name)) return work(null)
      return new Promise((resolve, reject) => {
        let isGranted = false
        const leave = () => {
          if (!isGranted) reject(signal?.reason as Error)
        }
        signal?.addEventListener('abort', leave, { once: true })
        locks
          .hold(name, foreverMs, async () => {
            // Whoever gave up waiting lets go of the lock as soon as it comes.
            if (signal?.aborted) return
            isGranted = true
            signal?.removeEventListener('abort', leave)
            resolve(await work({ name, mode: 'exclusive' }))
          })
          .catch(reject)
      })
    },
  }
}

export interface PageTerms {
  readonly channels: Channels
  readonly locks: Locks
  readonly isLockHeld: (name: string) => boolean
}

/** The globals of a visible, connected page of one origin that engines look at, beside time and network. */
export function virtualPage({ channels, locks, isLockHeld }: PageTerms): Readonly<Record<string, unknown>> {
  const page = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible', hidden: false, cookie: '' })
  return {
    document,
    navigator: { onLine: true, userAgent: 'virtual', product: 'Gecko', locks: webLocksOf(locks, isLockHeld) },
    location: new URL('https://shop.example/'),
    localStorage: new VirtualStorage(),
    sessionStorage: new VirtualStorage(),
    BroadcastChannel: broadcastChannelOf(channels),
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
    dispatchEvent: page.dispatchEvent.bind(page),
    window: globalThis,
    self: globalThis,
  }
}
