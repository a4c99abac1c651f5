import { createBrowserDatabase } from './system-browser-database.ts'
import type { Channels } from './channel.ts'
import type { KeyValue } from './key-value.ts'
import type { Life, LifeEvent } from './life.ts'
import type { Locks } from './locks.ts'
import type { Network } from './network.ts'
import type { Random } from './random.ts'
import type { Runtime } from './runtime.ts'
import type { SharedValues } from './shared-values.ts'
import type { Clock } from './clock.ts'
import { letProcessEnd } from './system-clock.ts'

/** A page's clocks and timers. A timer runs for 24 days at most (a browser keeps its delay in 32 bits), after which it is due. */
export const browserClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  startTimer(delayMs, onDue) {
    const handle = setTimeout(onDue, Math.min(delayMs, 2 ** 31 - 1))
    return () => {
      clearTimeout(handle)
    }
  },
}

export const browserRandom: Random = {
  fraction: () => Math.random(),
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
}

export const browserRequest: Network['request'] = async ({ url, ...init }, signal) => {
  const response = await fetch(url, { ...init, signal, cache: 'no-store' })
  const body = await response.text()
  return { status: response.status, header: (name) => response.headers.get(name) ?? undefined, body }
}

export const browserOpenSocket: Network['openSocket'] = (url, listener) => {
  let socket: WebSocket
  try {
    socket = new WebSocket(url)
  } catch (error) {
    // A policy may forbid sockets; to the caller that is one more socket that did not open.
    const told = setTimeout(() => {
      listener.onClose(1006, String(error))
    })
    return {
      send: () => undefined,
      close: () => {
        clearTimeout(told)
      },
    }
  }
  socket.onopen = () => {
    listener.onOpen()
  }
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') listener.onText(data)
  }
  socket.onclose = ({ code, reason }) => {
    listener.onClose(code, reason)
  }
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close(code, reason) {
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.close(code, reason)
    },
  }
}

const browserNetwork: Network = { request: browserRequest, openSocket: browserOpenSocket }

// Reading `localStorage` itself may throw: blocked by a setting, by the frame's sandbox or by private mode.
function withStorage<Result>(use: (storage: Storage) => Result, fallback: Result): Result {
  try {
    return use(localStorage)
  } catch {
    return fallback
  }
}

export const browserStorage: KeyValue = {
  get: (key) => withStorage((store) => store.getItem(key) ?? undefined, undefined),
  set: (key, value) =>
    withStorage((store) => {
      store.setItem(key, value)
      return true
    }, false),
  remove: (key) => {
    withStorage((store) => {
      store.removeItem(key)
    }, undefined)
  },
}

/** Web Locks; outside a secure context there are none, and then everybody holds the lock. */
export const browserLocks: Locks = {
  async holdIfFree(name, work) {
    let running: ReturnType<typeof work> | undefined
    const run = () => (running = work())
    try {
      // A page that is kept for "back" is thrown out when its lock is asked for, even where it is about to give it back: looking does no harm.
      const { held } = await navigator.locks.query()
      if (held?.some((lock) => lock.name === name)) return
      return await navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? run() : undefined))
    } catch {
      // No locks here, or the page may not use them: they only ever save work.
      return running ?? run()
    }
  },
}

/** BroadcastChannel, between Node's threads too; where there is none, or the page may not use it, nobody hears anything. */
export const browserChannels: Channels = {
  open(name, onMessage) {
    try {
      const channel = new BroadcastChannel(name)
      channel.onmessage = ({ data }) => {
        onMessage(data)
      }
      letProcessEnd(channel)
      return {
        post(message) {
          channel.postMessage(message)
        },
        close() {
          channel.close()
        },
      }
    } catch {
      // A tab that cannot speak to the others does its own work.
      return { post: () => undefined, close: () => undefined }
    }
  },
}

export const browserLife: Life = {
  isVisible: () => document.visibilityState === 'visible',
  isOnline: () => navigator.onLine,
  subscribe(listener) {
    const stop = new AbortController()
    const options = { signal: stop.signal }
    const on = (target: EventTarget, type: string, name: (raw: Event) => LifeEvent | undefined) => {
      target.addEventListener(
        type,
        (raw) => {
          const event = name(raw)
          if (event) listener(event)
        },
        options,
      )
    }
    on(document, 'visibilitychange', () => (browserLife.isVisible() ? 'visible' : 'hidden'))
    on(document, 'resume', () => 'returned')
    // A `pageshow` that does not come from the back/forward cache is the page's own first showing.
    on(window, 'pageshow', (raw) => ((raw as PageTransitionEvent).persisted ? 'returned' : undefined))
    on(window, 'pagehide', () => 'leaving')
    on(window, 'online', () => 'online')
    on(window, 'offline', () => 'offline')
    return () => {
      stop.abort()
    }
  },
}

// Any of it may throw, at any call: where it is blocked, or the site's data is being cleared.
async function answered(step: () => Promise<boolean>): Promise<boolean> {
  try {
    return await step()
  } catch {
    // To the caller that is one more value that was not kept.
    return false
  }
}

const database = /* @__PURE__ */ createBrowserDatabase()

/** IndexedDB, and where that is of no use text in localStorage: there a step comes between no other only where the page has locks. */
export const browserValues: readonly SharedValues[] = [
  { update: (name, change) => answered(() => database.update(name, change)) },
  {
    update: (name, change) =>
      answered(() => {
        const step = () => {
          const text = browserStorage.get(name)
          const kept: unknown = text === undefined ? text : JSON.parse(text)
          const next = change(kept)
          return next === kept || browserStorage.set(name, JSON.stringify(next))
        }
        return isSecureContext ? navigator.locks.request(name, step) : Promise.resolve(step())
      }),
  },
]

/** The browser as it is. Nothing starts, and nothing is stored, by asking for it. */
export const browserRuntime: Runtime = {
  clock: browserClock,
  random: browserRandom,
  network: browserNetwork,
  storage: browserStorage,
  values: browserValues,
  locks: browserLocks,
  channels: browserChannels,
  life: browserLife,
}
