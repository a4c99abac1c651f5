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

type LockWork = (lock: { readonly name: string; readonly mode: 'exclusive' } | null) => Promise<unknown> | undefined

/** `navigator.locks` as far as an engine here uses it: exclusive ones that are taken only where they are free. */
function webLocksOf(locks: Locks): unknown {
  return {
    async request(name: string, options: { readonly ifAvailable?: boolean }, work: LockWork): Promise<unknown> {
      if (!options.ifAvailable)
        throw new DOMException('locks that are waited for are not modelled', 'NotSupportedError')
      let isGranted = false
      const result = await locks.holdIfFree(name, async () => {
        isGranted = true
        return work({ name, mode: 'exclusive' })
      })
      return isGranted ? result : work(null)
    },
  }
}

export interface PageTerms {
  readonly channels: Channels
  readonly locks: Locks
}

/** The globals of a visible, connected page of one origin that engines look at, beside time and network. */
export function virtualPage({ channels, locks }: PageTerms): Readonly<Record<string, unknown>> {
  const page = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible', hidden: false, cookie: '' })
  return {
    document,
    navigator: { onLine: true, userAgent: 'virtual', product: 'Gecko', locks: webLocksOf(locks) },
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
