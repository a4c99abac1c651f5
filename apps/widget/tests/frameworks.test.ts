import { build } from 'esbuild'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import '../src/helvino-global.ts'
import { launchBrowser, observedPage, type ObservedPage } from './browser.ts'
import { buildWidget } from './build.ts'
import { startHostPage } from './host-page.ts'
import type { Site } from './http-site.ts'
import { type OlderApi, startOlderApi } from './older-api.ts'
import { pause } from './waiting.ts'

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

/** A page that has only this script, with the package and its framework in it. */
async function visit(script: string): Promise<ObservedPage> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: join(import.meta.dirname, '../../../packages/widget/src'), loader: 'ts' },
    ...{ bundle: true, write: false, format: 'iife' },
    define: {
      ...{ API_URL: JSON.stringify(api.url), 'process.env.NODE_ENV': '"development"' },
      ...{
        __VUE_OPTIONS_API__: 'true',
        __VUE_PROD_DEVTOOLS__: 'false',
        __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      },
    },
  })
  const files = { '/app.js': { type: 'text/javascript', text: outputFiles[0]?.text ?? '' } }
  host = await startHostPage(api.url, { tag: '<div id="app"></div><script src="/app.js"></script>', files })
  observed = await observedPage(browser)
  await observed.page.goto(host.url)
  return observed
}

const hosts = (page: Page) => page.locator('helvino-widget').count()
const act = (page: Page, name: string) =>
  page.evaluate((name) => (globalThis as unknown as Record<string, () => void>)[name]?.(), name)

const reactPage = `
  import { createElement, StrictMode } from 'react'
  import { createRoot } from 'react-dom/client'
  import { HelvinoChat, useHelvino } from './react.ts'
  const Ask = () => { const helvino = useHelvino(); return createElement('button', { onClick: () => helvino.open() }, 'Ask') }
  const tree = (theme) => createElement(StrictMode, null,
    createElement(HelvinoChat, { siteId: 'site_demo', apiUrl: API_URL, theme }), createElement(Ask))
  let root
  globalThis.mount = () => { root = createRoot(document.querySelector('#app')); root.render(tree('dark')) }
  globalThis.lighten = () => root.render(tree('light'))
  globalThis.unmount = () => root.unmount()
  mount()`

const vuePage = `
  import { createApp, h } from 'vue'
  import { helvino, useHelvino } from './vue.ts'
  let app
  globalThis.mount = () => {
    app = createApp({ setup: () => { const face = useHelvino(); return () => h('button', { onClick: () => face.open() }, 'Ask') } })
    app.use(helvino, { siteId: 'site_demo', apiUrl: API_URL }).mount('#app')
  }
  globalThis.unmount = () => app.unmount()
  mount()`

describe('the package in a page', () => {
  it('[PK4] of React has one widget in strict mode, takes in a changed setting, and none after it is unmounted', async () => {
    const { page, errors, lines } = await visit(reactPage)
    await page.locator('.launcher').waitFor()
    await pause(500)
    expect(await hosts(page)).toBe(1)
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.locator('.panel').waitFor()
    const scheme = () => page.locator('.panel').evaluate((element) => getComputedStyle(element).colorScheme)
    expect(await scheme()).toBe('dark')
    await act(page, 'lighten')
    await expect.poll(scheme).toBe('light')
    await act(page, 'unmount')
    await expect.poll(() => hosts(page)).toBe(0)
    await act(page, 'mount')
    await expect.poll(() => hosts(page)).toBe(1)
    expect(errors).toEqual([])
    expect(lines.filter((line) => /Helvino|Warning/.test(line))).toEqual([])
  })

  it('[PK5] of React that is unmounted before its script has come shows none', async () => {
    const { page, errors } = await visit(`${reactPage}
      const soon = () => (document.querySelector('script[data-site-id]') ? globalThis.unmount() : setTimeout(soon))
      soon()`)
    await page.waitForFunction(() => window.Helvino?.boot !== undefined)
    await expect.poll(() => hosts(page)).toBe(0)
    await pause(500)
    expect(await hosts(page)).toBe(0)
    expect(errors).toEqual([])
  })

  it('[PK6] of Vue opens by its composable, goes with its app and comes with the next', async () => {
    const { page, errors } = await visit(vuePage)
    await page.locator('.launcher').waitFor()
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.locator('.panel').waitFor()
    await act(page, 'unmount')
    await expect.poll(() => hosts(page)).toBe(0)
    await act(page, 'mount')
    await expect.poll(() => hosts(page)).toBe(1)
    expect(errors).toEqual([])
  })
})
