import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import '../src/helvino-global.ts'
import { launchBrowser, observedPage, type ObservedPage } from './browser.ts'
import { buildWidget } from './build.ts'
import { type HostPage, startHostPage } from './host-page.ts'
import type { Site } from './http-site.ts'
import { type OlderApi, startOlderApi } from './older-api.ts'

let browser: Browser
let api: OlderApi
let host: Site | undefined
let observed: ObservedPage | undefined

beforeAll(async () => {
  buildWidget()
  browser = await launchBrowser()
})
afterAll(() => browser.close())
beforeEach(async () => {
  api = await startOlderApi()
})
afterEach(async () => {
  await observed?.context.close()
  await host?.close()
  await api.close()
})

/** Opens a site with the widget. `first` runs in the page ahead of everything else. */
async function visit(site: HostPage = {}, first?: () => void): Promise<ObservedPage> {
  host = await startHostPage(api.url, site)
  observed = await observedPage(browser)
  if (first) await observed.page.addInitScript(first)
  await observed.page.goto(host.url)
  await observed.page.waitForFunction(() => window.Helvino?.boot !== undefined)
  return observed
}

const launcher = (page: Page) => page.locator('.launcher')
const panel = (page: Page) => page.locator('.panel')
const ours = ({ lines }: ObservedPage) => lines.filter((line) => line.startsWith('Helvino'))
const heard = (page: Page) => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard)

/** Init script. The stub that a page may paste before the script, and calls of it. */
function callEarly() {
  const heard: string[] = []
  const stub = (...args: unknown[]) => {
    calls.push(args)
  }
  const calls: unknown[][] = []
  Object.assign(globalThis, { heard, Helvino: Object.assign(stub, { q: calls }) })
  const say = (name: string) => () => heard.push(name)
  stub('on', 'ready', say('ready'))
  stub('on', 'open', say('open'))
  stub('on', 'close', say('close'))
  stub('open')
  stub('setTheme', 'dark')
  stub('close')
  stub('open')
}

describe('the face', () => {
  it('[JF3] what a page called before the script was loaded is done in its order', async () => {
    const { page, errors } = await visit({}, callEarly)
    await panel(page).waitFor()
    expect(await heard(page)).toEqual(['ready', 'open', 'close', 'open'])
    expect(await panel(page).evaluate((element) => getComputedStyle(element).colorScheme)).toBe('dark')
    expect(errors).toEqual([])
  })

  it('[JF4] each verb is a word and a function, and one that is none is one console line', async () => {
    const seen = await visit()
    const { page, errors } = seen
    const states = await page.evaluate(() => {
      const face = window.Helvino!
      const log = [face.isOpen()]
      face('open')
      log.push(face('isOpen'))
      face.close()
      log.push(face('isOpen'))
      const any = face as unknown as (...args: unknown[]) => void
      any('fly')
      any('fly')
      any('on', 'open')
      any('identify', { userId: 7 })
      return log
    })
    expect(states).toEqual([false, true, false])
    await expect
      .poll(() => ours(seen))
      .toEqual([
        'Helvino: there is no "fly" in Helvino.',
        'Helvino: on: it takes an event and a function',
        'Helvino: identify: it takes { userId?, token } or { userId?, getToken }',
      ])
    expect(errors).toEqual([])
  })

  it('[JF5] boots after a shutdown, and who listened listens on', async () => {
    const { page, errors } = await visit({}, () => Object.assign(globalThis, { heard: [] }))
    await page.evaluate(() => {
      const { heard } = globalThis as unknown as { heard: string[] }
      const face = window.Helvino!
      face.on('ready', () => heard.push('ready'))
      face.on('open', () => heard.push('open'))
      const stop = face.on('open', () => heard.push('never'))
      stop()
      face.shutdown()
      face.open()
    })
    await expect.poll(() => page.locator('helvino-widget').count()).toBe(0)
    await page.evaluate(() => window.Helvino!.boot())
    await launcher(page).click()
    await panel(page).waitFor()
    expect(await page.locator('helvino-widget').count()).toBe(1)
    // The first `ready` is told of though it was listened to late.
    expect((await heard(page)).join(' ')).toMatch(/^(ready )?ready open$/)
    expect(errors).toEqual([])
  })

  it('[JF6] anything with data-helvino-open opens it, also in a body that came later, and a link stays on its page', async () => {
    const { page } = await visit()
    await page.evaluate(() => {
      document.body.innerHTML = '<a href="/elsewhere" data-helvino-open><b>Ask us</b></a>'
      document.body.replaceWith(document.body.cloneNode(true))
    })
    await page.getByText('Ask us').click()
    await panel(page).waitFor()
    expect(page.url()).not.toContain('elsewhere')
  })

  it('[JF7] a listener of the page that throws harms neither the next one nor us', async () => {
    const { page, lines, errors } = await visit({}, () => Object.assign(globalThis, { heard: [] }))
    await page.evaluate(() => {
      const { heard } = globalThis as unknown as { heard: string[] }
      window.Helvino!.on('open', () => {
        throw new Error('the page’s own')
      })
      window.Helvino!.on('open', () => heard.push('open'))
      window.Helvino!.open()
    })
    await panel(page).waitFor()
    await expect.poll(() => heard(page)).toEqual(['open'])
    expect(lines.some((line) => line.includes('the page’s own'))).toBe(true)
    expect(errors).toEqual([])
  })

  it('[JF8] the look is set by attributes, and changed by update, with nothing of the chat lost', async () => {
    const attributes = 'data-position="left" data-color="#ffee00" data-z-index="77" data-theme="dark"'
    const { page } = await visit({ attributes })
    await launcher(page).click()
    await page.getByRole('textbox').fill('half a sentence')
    const look = async () => ({
      ...(await launcher(page).evaluate((element) => {
        const { backgroundColor, zIndex, display } = getComputedStyle(element)
        return { backgroundColor, zIndex, display, isLeft: element.getBoundingClientRect().left < 100 }
      })),
      ...(await panel(page).evaluate((element) => ({ scheme: getComputedStyle(element).colorScheme }))),
    })
    const first = {
      backgroundColor: 'rgb(255, 238, 0)',
      zIndex: '77',
      display: 'inline-block',
      isLeft: true,
      scheme: 'dark',
    }
    expect(await look()).toMatchObject({ ...first, display: expect.not.stringMatching('none') as string })
    await page.evaluate(() => window.Helvino!.update({ theme: 'light', hideLauncher: true, locale: 'de' }))
    await expect.poll(look).toMatchObject({ backgroundColor: 'rgb(255, 238, 0)', display: 'none', scheme: 'light' })
    expect(await page.getByRole('textbox').inputValue()).toBe('half a sentence')
    await page.evaluate(() => window.Helvino!.show())
    await launcher(page).waitFor()
  })

  it('[JF9] a face that does not load is one console line, and the chat opens all the same', async () => {
    api.intercept = (path) => (path.includes('/face-') ? { status: 500, body: {} } : undefined)
    const seen = await visit({ attributes: 'data-color="#ffee00"' })
    const { page, errors } = seen
    await launcher(page).click()
    await panel(page).waitFor()
    expect(ours(seen)).toHaveLength(1)
    expect(errors).toEqual([])
  })
})
