import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import '../src/helvino-global.ts'
import { logIn } from '../../server/tests/api-client.ts'
import { buildServer, spawnServer, type SpawnedServer } from '../../server/tests/spawn-server.ts'
import { launchBrowser, observedPage, type ObservedPage } from './browser.ts'
import { buildWidget } from './build.ts'
import { type HostPage, startHostPage } from './host-page.ts'
import { until } from './waiting.ts'

let browser: Browser
let server: SpawnedServer
let stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  buildWidget()
  buildServer()
  server = await spawnServer()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await server.remove()
})
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
})

/** What was counted, beside the test that judges it. */
function tell(what: string, figures: Readonly<Record<string, number>>): void {
  const each = Object.entries(figures).map(([name, count]) => `${name} ${String(count)}`)
  console.log(`${what}: ${each.join(', ')}`)
}

interface Visit extends ObservedPage {
  /** Paths that the page asks of the server, in order. */
  readonly asked: string[]
}

/** Opens a site with the widget. `blocked`: addresses that something in the browser refuses. */
async function visit(site: HostPage = {}, blocked?: string, first?: () => void): Promise<Visit> {
  const host = await startHostPage(server.url, site)
  const observed = await observedPage(browser, { reducedMotion: 'reduce' })
  stops.push(host.close, () => observed.context.close())
  const { page } = observed
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().startsWith(server.url)) asked.push(new URL(request.url()).pathname)
  })
  if (blocked !== undefined) await page.route(blocked, (route) => route.abort('blockedbyclient'))
  if (first) await page.addInitScript(first)
  await page.goto(host.url)
  return { ...observed, asked }
}

const launcher = (page: Page) => page.locator('.launcher')
const composer = (page: Page) => page.locator('.composer textarea')

async function say(page: Page, text: string): Promise<void> {
  await composer(page).fill(text)
  await composer(page).press('Enter')
}

/** Every step of a visitor: opens, writes, hears an answer, closes. */
async function chatThrough(page: Page): Promise<void> {
  await launcher(page).click()
  await page.locator('.room').waitFor()
  const [posted] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/messages') && response.status() === 201),
    say(page, 'is it in stock?'),
  ])
  const id = /conversations\/([^/]+)/.exec(posted.url())?.[1] ?? ''
  await page.locator('.message.sent', { hasText: 'is it in stock?' }).waitFor()
  const agent = await logIn(server.url, server.admin)
  const answered = await fetch(`${server.url}/api/agent/conversations/${id}/messages`, {
    method: 'POST',
    headers: { ...agent.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'two of them' }),
  })
  expect(answered.status).toBe(201)
  await page.getByRole('log').getByText('two of them').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.panel').waitFor({ state: 'hidden' })
}

describe('before the first opening', () => {
  /** Init script: what is waited for and listened to, by whoever. */
  function watchWork() {
    const timers = new Set<number>()
    const listened: string[] = []
    const { setTimeout: start, clearTimeout: stop } = globalThis
    const addListener = EventTarget.prototype.addEventListener
    Object.assign(globalThis, {
      work: { timers, listened, repeated: 0, shift: 0 },
      setTimeout(run: () => void, ms: number) {
        const id: number = start(() => {
          timers.delete(id)
          run()
        }, ms) as unknown as number
        timers.add(id)
        return id
      },
      clearTimeout(id: number) {
        timers.delete(id)
        stop(id)
      },
    })
    EventTarget.prototype.addEventListener = function (this: EventTarget, type: string, ...rest: [never]) {
      if (this === window || this === document || this === document.body) listened.push(type)
      addListener.call(this, type, ...rest)
    }
  }

  interface Page0 {
    readonly globals: string[]
    readonly elements: string[]
    readonly sheets: number
    readonly root: string
  }

  const look = (page: Page) =>
    page.evaluate<Page0>(() => ({
      globals: Object.getOwnPropertyNames(window),
      elements: [...document.querySelectorAll('*')].map(({ tagName }) => tagName),
      sheets: document.adoptedStyleSheets.length + document.styleSheets.length,
      root:
        (document.documentElement.cloneNode() as Element).outerHTML + (document.body.cloneNode() as Element).outerHTML,
    }))

  it('[HO1] adds one element and one global to the page, and leaves no timer and no listener but one for clicks', async () => {
    const { page: without } = await visit({}, '**/embed.js')
    await without.waitForLoadState()
    const before = await look(without)
    const { page, asked } = await visit({}, undefined, watchWork)
    await expect.poll(() => asked).toEqual(['/embed.js', '/api/bootloader'])
    await page.waitForTimeout(1_000)
    const after = await look(page)
    const ours = after.globals.filter((name) => !before.globals.includes(name))
    expect(ours.filter((name) => name !== 'work')).toEqual(['Helvino'])
    expect(after.elements.filter((name) => name !== 'HELVINO-WIDGET')).toEqual(before.elements)
    expect(after.elements.length).toBe(before.elements.length + 1)
    expect([after.sheets, after.root]).toEqual([before.sheets, before.root])
    const work = await page.evaluate(() => {
      const { timers, listened } = (globalThis as unknown as { work: { timers: Set<number>; listened: string[] } }).work
      return { timers: timers.size, listened: listened.filter((type) => type !== 'load') }
    })
    expect(work).toEqual({ timers: 0, listened: ['click'] })
    expect(asked).toEqual(['/embed.js', '/api/bootloader'])
    tell('before the first opening', {
      ...{ elements: after.elements.length - before.elements.length, globals: ours.length - 1 },
      ...{ timers: work.timers, listeners: work.listened.length, requests: asked.length },
    })
  })

  it('[HO2] keeps nothing in the browser, wherever it could', async () => {
    const { page, context, asked } = await visit()
    await expect.poll(() => asked.length).toBe(2)
    await launcher(page).hover()
    await expect.poll(() => asked.some((path) => path.includes('/assets/panel-'))).toBe(true)
    await page.waitForTimeout(500)
    const kept = await page.evaluate(async () => ({
      keys: [...Object.keys(localStorage), ...Object.keys(sessionStorage)],
      databases: await indexedDB.databases(),
      caches: await caches.keys(),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      name: window.name,
    }))
    expect(kept).toEqual({ keys: [], databases: [], caches: [], workers: 0, name: '' })
    const cookies = await context.cookies()
    expect(cookies).toEqual([])
    tell('kept before the first opening', {
      ...{ cookies: cookies.length, keys: kept.keys.length, databases: kept.databases.length },
      ...{ caches: kept.caches.length, workers: kept.workers },
    })
  })

  it('[HO3] moves nothing on the page', async () => {
    const { page } = await visit({}, undefined, () => {
      Object.assign(globalThis, { shifts: [] })
      new PerformanceObserver((list) => {
        const own = (list.getEntries() as (PerformanceEntry & { hadRecentInput: boolean })[]).filter(
          (e) => !e.hadRecentInput,
        )
        ;(globalThis as unknown as { shifts: unknown[] }).shifts.push(...own)
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await launcher(page).click()
    await page.locator('.room').waitFor()
    await page.keyboard.press('Escape')
    await page.waitForTimeout(500)
    const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: unknown[] }).shifts.length)
    expect(shifts).toBe(0)
    tell('moved by launcher and panel', { 'layout shifts': shifts })
  })
})

describe('a page that signs a visitor out who has not signed in', () => {
  it('[HO11] has what they had not sent go as theirs, and the next visitor sees nothing of it', async () => {
    const { page, errors } = await visit()
    const writers: string[] = []
    let isDown = true
    await page.route('**/messages', (route) => {
      if (isDown || route.request().method() !== 'POST') return isDown ? route.abort() : route.continue()
      writers.push(route.request().headers()['x-visitor-id'] ?? '')
      return route.continue()
    })
    await launcher(page).click()
    await say(page, 'before I go')
    await page.locator('.message.waiting').waitFor()
    const kept = () => page.evaluate(() => localStorage.getItem('helvino/site_demo/visitor'))
    const first = await kept()
    await page.evaluate(() => window.Helvino!.reset())
    await expect.poll(() => page.locator('.message').count()).toBe(0)
    await page.reload()
    await page.waitForTimeout(1_000)
    isDown = false
    await expect.poll(() => writers, { timeout: 60_000 }).toEqual([first])
    await launcher(page).click()
    await page.locator('.greeting').waitFor()
    await say(page, 'somebody else')
    await page.locator('.message.sent').waitFor()
    expect(writers).toEqual([first, await kept()])
    expect(await page.locator('.message').count()).toBe(1)
    await expect
      .poll(() => page.evaluate(() => Object.keys(localStorage).filter((key) => /visitor.(left|waiting)$/.test(key))))
      .toEqual([])
    expect(errors).toEqual([])
  })

  it('[WF5] does so without a network, where it has called nothing before', async () => {
    const { page, asked, context, errors } = await visit()
    await launcher(page).click()
    await say(page, 'with a network')
    await page.locator('.message.sent').waitFor()
    await expect.poll(() => asked.some((path) => path.includes('/assets/face-')), { timeout: 20_000 }).toBe(true)
    await context.setOffline(true)
    await say(page, 'without one')
    await page.locator('.message.waiting').waitFor()
    await page.evaluate(() => window.Helvino!.reset())
    await expect.poll(() => page.locator('.message').count()).toBe(0)
    const sent = page.waitForResponse(
      (response) => response.request().method() === 'POST' && response.url().endsWith('/messages'),
      // As long as it may take until what another has tried to send is tried by somebody else.
      { timeout: 45_000 },
    )
    await context.setOffline(false)
    const response = await sent
    expect([response.status(), response.request().postData()]).toEqual([201, expect.stringContaining('without one')])
    await say(page, 'somebody else')
    await page.locator('.message.sent').waitFor()
    expect(await page.locator('.message p').allTextContents()).toEqual(['somebody else'])
    expect(errors).toEqual([])
  })
})

describe('the back/forward cache', () => {
  const states: Readonly<Record<string, (page: Page) => Promise<void>>> = {
    'a launcher alone': (page) => launcher(page).waitFor(),
    'an open panel': async (page) => {
      await launcher(page).click()
      await say(page, 'before')
      await page.locator('.message.sent').waitFor()
    },
    'a panel that was closed again': async (page) => {
      await launcher(page).click()
      await say(page, 'before')
      await page.locator('.message.sent').waitFor()
      await page.keyboard.press('Escape')
    },
  }
  for (const [state, reach] of Object.entries(states))
    it(`[HO4] keeps a page with ${state}, and the chat goes on`, async () => {
      const own = await launchBrowser({ hasBackForwardCache: true })
      stops.push(() => own.close())
      const host = await startHostPage(server.url)
      stops.push(host.close)
      const { page, errors } = await observedPage(own)
      await page.goto(host.url)
      await reach(page)
      await page.waitForTimeout(1_000)
      await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }))
      await page.goto(`${server.url}/healthz`)
      await page.goBack({ waitUntil: 'commit' })
      await until('the page', () => page.evaluate(() => location.pathname === '/'))
      const [reasons, isSame] = await page.evaluate(() => {
        const [navigation] = performance.getEntriesByType('navigation')
        const { notRestoredReasons } = navigation as unknown as { notRestoredReasons?: unknown }
        return [JSON.stringify(notRestoredReasons), 'isSamePage' in globalThis]
      })
      expect([reasons, isSame]).toEqual(['null', true])
      tell(`kept back from the back/forward cache by ${state}`, { reasons: reasons === 'null' ? 0 : 1 })
      await page.evaluate(() => window.Helvino!.open())
      await say(page, 'after')
      await page.locator('.message.sent', { hasText: 'after' }).waitFor()
      expect(errors).toEqual([])
    })
})

describe('something in the browser that blocks', () => {
  const blockers: Readonly<Record<string, { readonly blocked: string; readonly said: string }>> = {
    'the loader': { blocked: '**/embed.js', said: '' },
    'the panel': { blocked: '**/assets/panel-*', said: 'The chat could not load. Try again.' },
    'every chunk': { blocked: '**/assets/**', said: 'The chat could not load. Try again.' },
    'the API': { blocked: '**/api/**', said: 'Waiting, will be sent' },
    'all but the script': { blocked: '**/{api,conversations,realtime}**', said: 'Waiting, will be sent' },
    'the live connection': { blocked: '**/assets/live-*', said: 'Sent' },
  }
  for (const [what, { blocked, said }] of Object.entries(blockers))
    it(`[HO5] and blocks ${what} leaves the page as it is, and the visitor with a true word`, async () => {
      const { page, errors } = await visit({ body: '<h1>Shop</h1><a href="#basket">Basket</a>' }, blocked)
      await page.waitForLoadState()
      if (what !== 'the loader') await launcher(page).click()
      if (!['', 'The chat could not load. Try again.'].includes(said)) await say(page, 'hello')
      if (said) await page.getByText(said).first().waitFor()
      await page.waitForTimeout(1_000)
      await page.getByText('Basket').click()
      expect(new URL(page.url()).hash).toBe('#basket')
      expect(errors).toEqual([])
      tell(`blocked: ${what}`, { errors: errors.length })
    })
})

describe('a hostile stylesheet', () => {
  const hostile = `* { all: unset !important; display: block !important; pointer-events: none !important; font-size: 60px !important;
      line-height: 4 !important; letter-spacing: 9px !important; text-transform: uppercase !important; cursor: wait !important;
      user-select: none !important; text-align: right !important; writing-mode: vertical-rl !important; zoom: 2 !important }
    html { font-size: 62.5% !important; direction: rtl !important; visibility: hidden !important; zoom: 1 !important;
      writing-mode: horizontal-tb !important }
    body { transform: rotate(3deg) scale(0.5) !important; overflow: hidden !important; filter: blur(4px) !important }
    div, section { position: static !important } iframe, button, textarea, svg { width: 3px !important; visibility: hidden !important }
    helvino-widget, helvino-widget * { display: none !important; opacity: 0 !important; }
    .launcher, .panel, .header, .message { display: none !important; color: red !important }`

  /** Where everything of ours is and how it looks, as lines that can be compared. */
  const look = (page: Page) =>
    page.evaluate(() => {
      const root = document.querySelector('helvino-widget')!.shadowRoot!
      const names =
        'display position visibility opacity color backgroundColor fontSize fontFamily lineHeight letterSpacing textTransform'
      const more = 'textAlign direction writingMode cursor pointerEvents userSelect borderRadius zIndex'
      return [...root.querySelectorAll<HTMLElement>(':is(.panel, .launcher, .trouble), :is(.panel, .launcher) *')].map(
        (element) => {
          const style = getComputedStyle(element) as unknown as Record<string, string>
          const { x, y, width, height } = element.getBoundingClientRect()
          const box = [x, y, width, height].map((value) => Math.round(value)).join(' ')
          return [
            `${element.tagName} ${element.getAttribute('class') ?? ''} ${box}`,
            ...`${names} ${more}`.split(' ').map((name) => `${name}: ${style[name] ?? ''}`),
          ].join('; ')
        },
      )
    })

  it('[HO6] changes nothing of launcher and panel, and both work', async () => {
    const drawn = async (site: HostPage) => {
      const { page, errors } = await visit(site)
      await launcher(page).waitFor()
      const closed = await look(page)
      await launcher(page).click()
      await page.locator('.greeting').waitFor()
      await page.locator('.room').waitFor()
      await page.locator('textarea:focus').waitFor()
      const open = await look(page)
      await page.keyboard.press('Escape')
      await chatThrough(page)
      expect(errors).toEqual([])
      return { closed, open }
    }
    const files = { '/hostile.css': { type: 'text/css', text: hostile } }
    const calm = await drawn({})
    const under = await drawn({ head: '<link rel="stylesheet" href="/hostile.css">', files })
    expect(under.closed).toEqual(calm.closed)
    expect(under.open).toEqual(calm.open)
    const differing = [...under.closed, ...under.open].filter(
      (line, at) => line !== [...calm.closed, ...calm.open][at],
    ).length
    tell('under a hostile stylesheet', { elements: under.closed.length + under.open.length, differing })
  })

  it('[HO7] of a page whose own layer lies over everything is beaten by data-z-index alone', async () => {
    const files = {
      '/over.css': {
        type: 'text/css',
        text: '.over { position: fixed; inset: 0; z-index: 2147483647; background: #fff8 }',
      },
    }
    const site = {
      ...{ files, head: '<link rel="stylesheet" href="/over.css">' },
      body: '<h1>Shop</h1><div class="over"></div>',
    }
    const onTop = (page: Page) =>
      page.evaluate(() => document.elementFromPoint(innerWidth - 48, innerHeight - 48)?.tagName)
    const { page: under } = await visit(site)
    await launcher(under).waitFor()
    expect(await onTop(under)).toBe('DIV')
    const { page } = await visit({ ...site, attributes: 'data-z-index="2147483647"' })
    await expect.poll(() => onTop(page)).toBe('HELVINO-WIDGET')
    await launcher(page).click()
    await composer(page).click()
  })
})

describe('a hostile script', () => {
  const scripts: Readonly<Record<string, string>> = {
    'adds to every object and list': `Object.prototype.foo = function () { return 'foo' }; Object.prototype.code = 'polluted'
      Array.prototype.remove = function () { return 1 }; String.prototype.trimAll = () => ''; Function.prototype.delay = () => 0`,
    'says how lists become JSON, as Prototype.js does': `Array.prototype.toJSON = function () { return '[' + this.map((item) => JSON.stringify(item)).join(', ') + ']' }`,
    'replaces promises by its own': `const Own = Promise
      window.Promise = class Promise extends Own { static get [Symbol.species]() { return Own } }`,
    'replaces timers and frames': `const start = setTimeout
      window.setTimeout = (run, ms, ...more) => start(() => run(...more), ms)
      window.requestIdleCallback = undefined`,
    'wraps fetch and JSON': `const ask = fetch, parse = JSON.parse
      window.fetch = function (...args) { return ask.apply(window, args) }
      JSON.parse = function (text) { return parse(text) }`,
  }
  for (const [what, text] of Object.entries(scripts))
    it(`[HO8] that ${what} keeps no visitor from writing and hearing`, async () => {
      const files = { '/hostile.js': { type: 'text/javascript', text } }
      const { page, errors } = await visit({ head: '<script src="/hostile.js"></script>', files })
      await chatThrough(page)
      expect(errors).toEqual([])
      tell(`beside a script that ${what}`, { errors: errors.length })
    })

  it('[HO9] that writes the document anew is outlived by a boot', async () => {
    const { page, errors } = await visit()
    await launcher(page).waitFor()
    await page.evaluate(() => {
      document.open()
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- what old pages do is what is tested
      document.write('<!doctype html><title>New</title><h1>Another page</h1>')
      document.close()
      window.Helvino!.shutdown()
      window.Helvino!.boot()
    })
    await chatThrough(page)
    expect(errors).toEqual([])
  })

  it('[HO10] may be kept out by Trusted Types: the widget needs none of what they guard', async () => {
    const policy = "require-trusted-types-for 'script'; trusted-types 'none'"
    const { page, lines, errors } = await visit({ policy })
    await chatThrough(page)
    const violations = lines.filter((line) => /violat|Trusted/i.test(line))
    expect(violations).toEqual([])
    expect(errors).toEqual([])
    tell('under Trusted Types', { violations: violations.length, errors: errors.length })
  })
})
