import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../apps/widget/tests/browser.ts'
import { buildWidget } from '../apps/widget/tests/build.ts'
import { type HostPage, startHostPage } from '../apps/widget/tests/host-page.ts'
import { type OlderApi, startOlderApi } from '../apps/widget/tests/older-api.ts'

const runs = 9
// As it is, and as Lighthouse has it: a phone of the middle price beside a desktop.
const slowdowns = [1, 4]
// Until long after the loader has asked and been answered.
const settledAfterMs = 1_200

/** What the main thread of one page has spent from its first byte on, ms. */
interface Spent {
  readonly script: number
  /** Style and layout. */
  readonly drawing: number
  /** Tasks of 50 ms and more. */
  readonly longTasks: number
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

const rounded = (ms: number) => Math.round(ms * 10) / 10

async function longTasksOf(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { longTasks: number }).longTasks)
}

async function load(browser: Browser, url: string, slowdown: number): Promise<Spent> {
  const context = await browser.newContext()
  const page = await context.newPage()
  // A text: the types are those of Node, which knows no long tasks.
  await page.addInitScript(`
    globalThis.longTasks = 0
    new PerformanceObserver((list) => { longTasks += list.getEntries().length }).observe({ type: 'longtask', buffered: true })
  `)
  const session = await context.newCDPSession(page)
  // Time of its own, not of whoever else the machine serves.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  await page.goto(url)
  await page.waitForTimeout(settledAfterMs)
  const { metrics } = await session.send('Performance.getMetrics')
  const ms = (name: string) => (metrics.find((metric) => metric.name === name)?.value ?? NaN) * 1_000
  const spent = {
    ...{ script: ms('ScriptDuration'), drawing: ms('LayoutDuration') + ms('RecalcStyleDuration') },
    longTasks: await longTasksOf(page),
  }
  await context.close()
  return spent
}

/** The least that any chat does before it is opened: a round button in a shadow root, and one request once the page is idle. */
const bareButton = (apiUrl: string) => `(() => {
  const host = document.createElement('bare-button')
  const button = document.createElement('button')
  button.style.cssText = 'position:fixed;bottom:20px;right:20px;width:56px;height:56px;border-radius:50%;background:#2563eb'
  host.attachShadow({ mode: 'open' }).append(button)
  document.documentElement.append(host)
  const ask = () => fetch('${apiUrl}/api/bootloader', { headers: { 'x-site-id': 'site_demo' }, cache: 'no-store' }).then((answer) => answer.text())
  addEventListener('load', () => requestIdleCallback(ask))
})()`

/**
 * The pages, each beside the others in every round: with no widget, with as many bytes of script that do nothing, with the least that could be a chat,
 * and with ours.
 */
async function pagesOf(api: OlderApi): Promise<Readonly<Record<string, HostPage>>> {
  const bytes = (await (await fetch(`${api.url}/embed.js`)).text()).length
  const text = `//${'x'.repeat(bytes)}`
  return {
    'no widget': { tag: '' },
    'an empty script of the same size': {
      tag: '<script src="/empty.js" async></script>',
      files: { '/empty.js': { type: 'text/javascript', text } },
    },
    'a bare button and one request': {
      tag: '<script src="/bare.js" async></script>',
      files: { '/bare.js': { type: 'text/javascript', text: bareButton(api.url) } },
    },
    'Helvino, up to the first opening': {},
  }
}

/** One page after the other, so that each meets the same machine. The first round warms up the browser, and does not count. */
async function measureAt(browser: Browser, urls: readonly string[], slowdown: number): Promise<readonly Spent[]> {
  const spent = urls.map((): Spent[] => [])
  for (let run = 0; run <= runs; run += 1)
    for (const [at, url] of urls.entries()) {
      const each = await load(browser, url, slowdown)
      if (run > 0) spent[at]?.push(each)
    }
  return spent.map((all) => {
    const of = (name: keyof Spent) => median(all.map((each) => each[name]))
    return { script: of('script'), drawing: of('drawing'), longTasks: of('longTasks') }
  })
}

/**
 * What the widget costs a page's main thread before anybody opens it, at full speed and slowed down four times: script, style and layout, by the
 * thread's own time. Medians, ms. What is published of other chats counts their script alone, as Lighthouse attributes it. The slowing down goes by the clock on the wall: beside other work it takes more than it should.
 */
export async function measureHostPage(): Promise<readonly object[]> {
  buildWidget()
  const api = await startOlderApi()
  const browser = await launchBrowser()
  const pages = Object.entries(await pagesOf(api))
  const hosts = await Promise.all(pages.map(([, page]) => startHostPage(api.url, page)))
  const rows: object[] = []
  try {
    for (const slowdown of slowdowns) {
      const spent = await measureAt(
        browser,
        hosts.map(({ url }) => url),
        slowdown,
      )
      const floor = (spent[0]?.script ?? NaN) + (spent[0]?.drawing ?? NaN)
      for (const [at, { script, drawing, longTasks }] of spent.entries())
        rows.push({
          ...{ page: pages[at]?.[0], slowdown, runs, scriptMs: rounded(script), drawingMs: rounded(drawing) },
          ...{ overNoWidgetMs: rounded(script + drawing - floor), longTasks },
        })
    }
  } finally {
    await browser.close()
    await Promise.all([...hosts, api].map(({ close }) => close()))
  }
  return rows
}
