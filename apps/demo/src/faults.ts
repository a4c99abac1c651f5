/** One call to the server, as the network saw it. */
export interface Call {
  readonly method: string
  readonly path: string
  /** JSON of the request, where it had any. */
  readonly body: unknown
  /** `undefined` where no answer came. */
  readonly answer: { readonly status: number; readonly json: unknown } | undefined
}

/** What the page sees of its network. */
export interface NetworkListener {
  onCall(method: string, path: string): void
  onAnswer(call: Call): void
  onSocket(isOpen: boolean): void
}

/** This page's network and clock, with a hand on both. The widget is told nothing: it meets what it would meet in the wild. */
export interface Faults {
  readonly isOffline: boolean
  setOffline(isOffline: boolean): void
  /** The clocks jump ahead, as they do where a laptop has slept. */
  skip(ms: number): void
  /** Ms that pass as the page sees it. */
  nowMs(): number
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text)
  } catch {
    // The page only looks on; what is not JSON is none of what it counts.
    return undefined
  }
}

const pathOf = (page: Window, input: RequestInfo | URL): string =>
  new URL(input instanceof Request ? input.url : input, page.location.href).pathname

/** Stands between the page and the browser's own network and clocks. Call it before the widget's script runs. */
export function installFaults(page: Window & typeof globalThis, listener: NetworkListener): Faults {
  const fetchReally = page.fetch.bind(page)
  const wallMs = page.Date.now.bind(page.Date)
  const monotonicMs = page.performance.now.bind(page.performance)
  const lines = new Set<WebSocket>()
  let isOffline = false
  let skippedMs = 0

  page.fetch = async (input, init) => {
    const call = { method: init?.method ?? 'GET', path: pathOf(page, input), body: parse(init?.body) }
    listener.onCall(call.method, call.path)
    try {
      if (isOffline) throw new page.TypeError('Failed to fetch')
      const response = await fetchReally(input, init)
      // Cut while the answer was on its way.
      if (isOffline) throw new page.TypeError('Failed to fetch')
      const json = parse(await response.clone().text())
      listener.onAnswer({ ...call, answer: { status: response.status, json } })
      return response
    } catch (error) {
      listener.onAnswer({ ...call, answer: undefined })
      throw error
    }
  }
  page.WebSocket = class extends page.WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      lines.add(this)
      let wasOpen = false
      this.addEventListener('open', () => {
        wasOpen = true
        listener.onSocket(true)
      })
      this.addEventListener('close', () => {
        lines.delete(this)
        if (wasOpen) listener.onSocket(false)
      })
      if (isOffline) this.close()
    }
  }
  page.Date.now = () => wallMs() + skippedMs
  page.performance.now = () => monotonicMs() + skippedMs
  Object.defineProperty(page.navigator, 'onLine', { get: () => !isOffline })

  return {
    get isOffline() {
      return isOffline
    },
    setOffline(wanted) {
      isOffline = wanted
      if (isOffline) for (const line of lines) line.close()
      page.dispatchEvent(new page.Event(isOffline ? 'offline' : 'online'))
    },
    skip(ms) {
      skippedMs += ms
    },
    nowMs: () => monotonicMs() + skippedMs,
  }
}
