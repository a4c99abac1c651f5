import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { call, openVisitor } from '../../server/tests/api-client.ts'
import { type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'
import { adminOf, launchBrowser, logInAt, narrow, openPerson, type Person } from './inbox-page.ts'

let server: SpawnedServer
let browser: Browser
let person: Person
let page: Page

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

beforeEach(async () => {
  server = await spawnServer()
  person = await openPerson(browser)
  page = person.page
})
afterEach(async () => {
  await person.context.close()
  await server.remove()
})

const logIn = () => logInAt(page, `${server.url}/inbox`, adminOf(server))

async function openHealth(): Promise<void> {
  await logIn()
  await page.getByRole('link', { name: 'Session health' }).click()
}

/** As a page of a visitor reports. */
async function report(more: object = {}): Promise<void> {
  const { headers } = await openVisitor(server.url)
  const renewal = { cause: 'ahead', outcome: 'renewed', tookMs: 40 }
  const answer = await call(`${server.url}/api/telemetry`, {
    headers,
    body: {
      renewals: [renewal, renewal, renewal, { cause: 'use', outcome: 'unavailable', tookMs: 900 }],
      ...{ waitsMs: [900], refusedWrites: 2, staleServes: 3, sharedRenewals: 0, dropped: 0 },
      ...more,
    },
  })
  expect(answer.status).toBe(202)
}

// The machine may be busy with other tests.
const soon = { timeout: 20_000 }

const pane = () => page.getByRole('region', { name: 'Session health' })
const figure = (name: string) => pane().locator('dl > div', { hasText: name }).locator('dd')

describe('session health in a browser', () => {
  it('[SH2] says so where no page has reported yet, and shows what the server saw all the same', async () => {
    await openVisitor(server.url)
    await openHealth()
    await pane().getByText('No page has reported in the last hour.').waitFor()
    await pane().getByRole('row', { name: 'Tokens issued to pages' }).waitFor()
    expect(await pane().locator('figure').count()).toBe(0)
    expect(person.complaints).toEqual([])
  })

  it('[SH3] shows figures with their targets, charts over time and a table by cause', async () => {
    await report()
    await openHealth()
    await expect.poll(() => figure('Success rate').textContent(), soon).toContain('75 %')
    expect(await figure('Success rate').textContent()).toContain('of 4 renewals')
    expect(await figure('Waits felt').textContent()).toBe('1target: 0, missed')
    expect(await figure('Refused writes').textContent()).toBe('2target: 0, missed')
    expect(await figure('Stale serves').textContent()).toContain('3')
    expect(await figure('p50').textContent()).toMatch(/^4\d ms/)
    expect(await pane().locator('figure').count()).toBe(4)
    await expect.poll(() => pane().locator('figure .recharts-rectangle').count(), soon).toBeGreaterThan(0)
    expect(
      await pane()
        .getByRole('row', { name: /^Ahead of time/ })
        .textContent(),
    ).toBe('Ahead of time100 %300')
    expect(
      await pane()
        .getByRole('row', { name: /^Needed at once/ })
        .textContent(),
    ).toBe('Needed at once0 %010')
    expect(person.complaints).toEqual([])
  })

  it('[SH4] asks again each half minute, and for another range when one is chosen', async () => {
    await page.clock.install()
    const asked: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('session-health')) asked.push(new URL(request.url()).search)
    })
    await report()
    await openHealth()
    await expect.poll(() => figure('Success rate').textContent(), soon).toContain('of 4 renewals')
    await report()
    const before = asked.length
    await page.clock.runFor(31_000)
    await expect.poll(() => figure('Success rate').textContent(), soon).toContain('of 8 renewals')
    expect(asked.length).toBe(before + 1)
    await pane().getByText('24 h', { exact: true }).click()
    await expect.poll(() => asked.at(-1), soon).toBe('?minutes=1440')
    await expect.poll(() => figure('Success rate').textContent(), soon).toContain('of 8 renewals')
  })

  it('[SH5] loads the charts when somebody looks at them, not with the inbox', async () => {
    const sizes: Promise<number>[] = []
    page.on('response', (response) => {
      if (response.url().endsWith('.js')) sizes.push(response.body().then(({ length }) => length))
    })
    const bytesSoFar = async () => (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    await logIn()
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor()
    const ofInbox = await bytesSoFar()
    await page.getByRole('link', { name: 'Session health' }).click()
    await pane().getByText('No page has reported').waitFor()
    const ofCharts = (await bytesSoFar()) - ofInbox
    expect(ofInbox).toBeLessThan(700_000)
    expect(ofCharts).toBeGreaterThan(400_000)
  })

  it('[SH6] keeps the last figures while the server does not answer, and says so', async () => {
    await page.clock.install()
    await report()
    await openHealth()
    await expect.poll(() => figure('Success rate').textContent(), soon).toContain('75 %')
    await page.route('**/api/agent/session-health*', (route) => route.abort())
    await page.clock.runFor(31_000)
    await pane().getByRole('alert').filter({ hasText: 'These are the last figures' }).waitFor()
    expect(await figure('Success rate').textContent()).toContain('75 %')
  })

  it('[SH7] fits a phone: nothing is wider than the screen', async () => {
    await page.setViewportSize(narrow)
    await report()
    await openHealth()
    await expect.poll(() => figure('Success rate').textContent(), soon).toContain('75 %')
    const tooWide = await pane().evaluate((root) =>
      [...root.querySelectorAll('*')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth)
        .map((element) => element.outerHTML.slice(0, 80)),
    )
    expect(tooWide).toEqual([])
  })
})
