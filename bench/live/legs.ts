import type { Page } from 'playwright-core'
import { percentile } from '../process-figures.ts'

/** What a page notes down of a message on its way, in the order in which it happens. */
type Noted = 'key' | 'kept' | 'sent' | 'heard' | 'seen'

/** When each happened, ms since the Unix epoch: the pages of one browser share the machine's clock. */
export type Way = Readonly<Partial<Record<Noted, number>>>

/**
 * Runs in a page before anything else. Notes when Enter was pressed, the page's database had kept something, a message's request or frame left, one
 * came, and its text was in the document: from outside of the page's own code, by the doors that it uses.
 */
const note = String.raw`{
  const ways = (globalThis.ways = new Map())
  let typed
  const put = (name, what) => {
    if (name === undefined) return
    const way = ways.get(name) ?? {}
    way[what] ??= performance.timeOrigin + performance.now()
    ways.set(name, way)
  }
  const nameIn = (text) => /live \d+/.exec(String(text))?.[0]
  addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    typed = nameIn(event.composedPath()[0].value)
    put(typed, 'key')
  }, true)
  const begin = IDBDatabase.prototype.transaction
  IDBDatabase.prototype.transaction = function (...terms) {
    const transaction = begin.apply(this, terms)
    const name = typed
    transaction.addEventListener('complete', () => put(name, 'kept'))
    return transaction
  }
  const request = fetch
  globalThis.fetch = (input, init) => {
    put(nameIn(init?.body), 'sent')
    return request(input, init)
  }
  globalThis.WebSocket = class extends WebSocket {
    constructor(...terms) {
      super(...terms)
      this.addEventListener('message', ({ data }) => put(nameIn(data), 'heard'))
    }
    send(data) {
      put(nameIn(data), 'sent')
      super.send(data)
    }
  }
  new MutationObserver(() => {
    put(nameIn(document.querySelector('[role=log]')?.lastElementChild?.textContent), 'seen')
  }).observe(document, { childList: true, subtree: true, characterData: true })
}`

export async function noteWays(page: Page): Promise<void> {
  await page.addInitScript(note)
}

/** What the page has noted of the message of that name. Asked as text: a page whose policy forbids `eval` can be asked, and not told to wait. */
export async function wayOf(page: Page, name: string): Promise<Way> {
  const way: Way | undefined = await page.evaluate(`globalThis.ways.get(${JSON.stringify(name)})`)
  return way ?? {}
}

/** Median ms of each leg, those that there are. The third holds the server, its disk and both ways there and back. */
export function legsOf(ways: readonly Way[]) {
  function leg(from: Noted, to: Noted): number | undefined {
    const tookMs = ways.flatMap((way) => (way[from] === undefined || way[to] === undefined ? [] : way[to] - way[from]))
    return tookMs.length > 0 ? percentile(tookMs, 0.5) : undefined
  }
  return {
    keptMs: leg('key', 'kept'),
    sentMs: leg('kept', 'sent') ?? leg('key', 'sent'),
    serverMs: leg('sent', 'heard'),
    drawnMs: leg('heard', 'seen'),
  }
}
