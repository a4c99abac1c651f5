import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addAgent } from '../../server/tests/add-agent.ts'
import { call, logIn, orgHeaders } from '../../server/tests/api-client.ts'
import { type SpawnedServer, spawnServer } from '../../server/tests/spawn-server.ts'
import {
  adminOf,
  copied,
  findings,
  launchBrowser,
  logInAt,
  narrow,
  openPerson,
  type Person,
  wide,
} from './inbox-page.ts'

let server: SpawnedServer
let browser: Browser
let people: Person[]

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

beforeEach(async () => {
  server = await spawnServer()
  people = []
})
afterEach(async () => {
  for (const { context } of people) await context.close()
  await server.remove()
})

async function person(options?: Parameters<typeof openPerson>[1]): Promise<Person> {
  const somebody = await openPerson(browser, options)
  people.push(somebody)
  return somebody
}

async function openAs(name: string, login = adminOf(server), options?: Parameters<typeof openPerson>[1]) {
  const somebody = await person(options)
  await logInAt(somebody.page, `${server.url}/inbox/settings/${name}`, login)
  await somebody.page.locator('.settings-card').last().waitFor()
  return somebody
}

const bootConfig = async () => {
  const { body } = await call(`${server.url}/api/bootloader`, { headers: orgHeaders })
  return { ...(body['config'] as object), org: body['org'] } as Record<string, unknown>
}
const kept = async () => {
  const { headers } = await logIn(server.url, server.admin)
  return (await call(`${server.url}/api/agent/settings`, { headers })).body['settings'] as Record<string, unknown>
}
const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).click()
const link = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages of the settings' }).getByRole('link', { name })

describe('the settings in a browser', () => {
  it('[SET6] saves what was changed of the widget, shows it beside the form, and the next page load has it', async () => {
    const { page, complaints } = await openAs('widget')
    const picture = page.getByRole('img', { name: 'How the chat looks on a page' })
    await page.getByLabel('Name of your organisation').fill('Kiln & Co')
    await page.getByLabel('Colour', { exact: true }).fill('#0F766E')
    await page.getByRole('radiogroup', { name: 'Side of the page' }).getByText('Left').click()
    await page.getByLabel('Greeting', { exact: true }).fill('Hello potters')
    await page.getByLabel('You usually reply').selectOption('hours')
    await page.getByRole('radiogroup', { name: 'Somebody is there' }).getByText('In office hours').click()
    await page.getByLabel('Time zone').selectOption('Europe/Zurich')
    await page.getByLabel('Monday, until').fill('18:30')
    await page.getByRole('switch', { name: 'Friday' }).uncheck()
    await page.getByRole('switch', { name: /Powered by Helvino/ }).uncheck()
    for (const text of ['Kiln & Co', 'Hello potters', 'Usually replies in a few hours'])
      await picture.getByText(text).waitFor()
    expect(await picture.getAttribute('data-side')).toBe('left')
    expect(await picture.getByText('Powered by Helvino').count()).toBe(0)
    await page.getByLabel('Language').selectOption('de')
    await picture.getByText('Antwortet meist in wenigen Stunden').waitFor()
    await save(page)
    await page.getByText('Saved. The next page that a visitor loads has it.').waitFor()
    await page.getByRole('banner').getByRole('link', { name: 'Kiln & Co' }).waitFor()
    expect(await bootConfig()).toMatchObject({
      ...{ position: 'left', greeting: 'Hello potters', expectedReply: 'hours', branding: false, language: 'de' },
      theme: { primaryColor: '#0f766e' },
      org: { name: 'Kiln & Co' },
    })
    expect((await kept())['officeHours']).toMatchObject({
      timeZone: 'Europe/Zurich',
      days: { mon: ['09:00', '18:30'], thu: ['09:00', '17:00'], fri: null, sun: null },
    })
    expect(complaints).toEqual([])
  })

  it('[SET7] names every field that cannot be so, saves nothing of it, and takes it once it is put right', async () => {
    const { page } = await openAs('widget')
    await page.getByLabel('Name of your organisation').fill(' ')
    await page.getByLabel('Colour', { exact: true }).fill('blue')
    await page.getByLabel('Greeting', { exact: true }).fill('Hello')
    await page.getByRole('radiogroup', { name: 'Somebody is there' }).getByText('In office hours').click()
    await page.getByLabel('Tuesday, from').fill('')
    await save(page)
    await page.getByText('The name needs 1 to 100 characters, on one line.').waitFor()
    await page.getByText('Write the colour as # and six digits, such as #2563eb.').waitFor()
    await page.getByText('Tuesday needs two times.').waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-invalid'))).toBe('true')
    expect(await kept()).toMatchObject({ name: 'Hearth & Clay', greeting: '' })
    await page.getByLabel('Name of your organisation').fill('Hearth')
    await page.getByLabel('Colour', { exact: true }).fill('#0f766e')
    await page.getByLabel('Tuesday, from').fill('10:00')
    expect(await page.getByText('Tuesday needs two times.').count()).toBe(0)
    await save(page)
    await page.getByText('Saved.').waitFor()
    expect(await kept()).toMatchObject({ name: 'Hearth', greeting: 'Hello' })
  })

  it('[SET8] names the field that only the server refuses', async () => {
    const { page } = await openAs('widget')
    await page.route('**/api/agent/settings', (route) =>
      route.request().method() === 'PUT'
        ? route.fulfill({ status: 400, json: { error: 'x', code: 'request_invalid', field: 'greeting' } })
        : route.continue(),
    )
    await page.getByLabel('Greeting', { exact: true }).fill('Hello')
    await save(page)
    await page.getByText('The greeting may have 200 characters.').waitFor()
    expect(await page.getByLabel('Greeting', { exact: true }).inputValue()).toBe('Hello')
  })

  it('[SET9] asks before something unsaved is left behind, and keeps it where the browser goes back', async () => {
    const { page } = await openAs('widget')
    const greeting = page.getByLabel('Greeting', { exact: true })
    await link(page, 'Team').click()
    await page.getByRole('heading', { name: 'Members' }).waitFor()
    await link(page, 'Widget').click()
    await greeting.fill('Not saved')
    await link(page, 'Team').click()
    const question = page.getByRole('alertdialog')
    await question.getByRole('button', { name: 'Stay here' }).click()
    expect(await greeting.inputValue()).toBe('Not saved')
    await page.goBack()
    await page.getByRole('heading', { name: 'Members' }).waitFor()
    await link(page, 'Widget').click()
    expect(await greeting.inputValue()).toBe('Not saved')
    await page.getByRole('link', { name: 'Hearth & Clay' }).click()
    await question.getByRole('button', { name: 'Save and go on' }).click()
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor()
    expect((await kept())['greeting']).toBe('Not saved')
  })

  it('[SET10] shows an agent what they may read, and says plainly what is for admins', async () => {
    const agent = await addAgent(server, 'Bo')
    const { page } = await openAs('widget', agent)
    await page.getByText('This is for admins').waitFor()
    expect(await page.getByLabel('Greeting', { exact: true }).isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0)
    for (const name of ['Installation', 'Team', 'Identity']) {
      await link(page, name).click()
      await page.getByRole('heading', { name, exact: true }).waitFor()
      await page.getByText('This is for admins').waitFor()
    }
    expect(await page.getByRole('button', { name: 'Show' }).count()).toBe(0)
    await link(page, 'Team').click()
    await page.getByText('admin@helvino.local').waitFor()
    expect(await page.getByRole('button', { name: /^Remove/ }).count()).toBe(0)
    expect(await link(page, 'Sites').or(link(page, 'Activity')).count()).toBe(0)
    await page.goto(`${server.url}/inbox/#/settings/sites`)
    await page.getByRole('heading', { name: 'Sites', exact: true }).waitFor()
    await page.getByText('This is for admins').waitFor()
  })

  it('[SET11] hides the secret until it is asked for, copies it, and makes a new one after a question', async () => {
    const { page } = await openAs('identity')
    const { headers } = await logIn(server.url, server.admin)
    const secret = async () => (await call(`${server.url}/api/agent/identity`, { headers })).body['secret'] as string
    const first = await secret()
    expect(await page.content()).not.toContain(first)
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByRole('button', { name: 'Copy Secret' }).click()
    await page.getByText('Copied').waitFor()
    expect(await copied(page)).toBe(first)
    await page.getByRole('button', { name: 'Make a new secret' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
    expect(await secret()).toBe(first)
    await page.getByRole('button', { name: 'Make a new secret' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Make a new one' }).click()
    await page.getByText('The secret before it still counts until').waitFor()
    const second = await secret()
    expect(second).not.toBe(first)
    await page.getByText(second).waitFor()
  })

  it.each(['light', 'dark'] as const)(
    '[SET12] gives the checker axe nothing to find, on a %s system',
    async (scheme) => {
      await call(`${server.url}/api/bootloader`, { headers: { ...orgHeaders, origin: 'https://shop.example' } })
      const { page } = await openAs('widget', adminOf(server), { colorScheme: scheme })
      await page.getByRole('radiogroup', { name: 'Somebody is there' }).getByText('In office hours').click()
      await page.getByLabel('Name of your organisation').fill('')
      await save(page)
      await page.getByText('The name needs').waitFor()
      expect(await findings(page)).toEqual([])
      await page.getByRole('radiogroup', { name: 'Visitor’s system' }).getByText('Dark').click()
      await link(page, 'Team').click()
      expect(await findings(page)).toEqual([])
      await page.getByRole('button', { name: 'Go on without saving' }).click()
      await page.getByLabel('E-mail address').fill('grace@hearth.example')
      await page.getByRole('button', { name: 'Create link' }).click()
      const invitation = await page.getByLabel('Link of the invitation', { exact: true }).innerText()
      await page.getByRole('button', { name: /^Revoke/ }).waitFor()
      expect(await findings(page)).toEqual([])
      await link(page, 'Installation').click()
      await page.getByRole('button', { name: 'Allow https://shop.example' }).waitFor()
      expect(await findings(page)).toEqual([])
      await link(page, 'Sites').click()
      await page.getByRole('button', { name: 'Allow https://shop.example' }).waitFor()
      expect(await findings(page)).toEqual([])
      await link(page, 'Identity').click()
      await page.getByRole('button', { name: 'Show' }).click()
      await page.getByRole('button', { name: 'Make a new secret' }).click()
      expect(await findings(page)).toEqual([])
      await link(page, 'Activity').click()
      await page.getByText('Logged in').first().waitFor()
      expect(await findings(page)).toEqual([])
      await link(page, 'Your login').click()
      await page.getByRole('button', { name: 'Sign out everywhere', exact: true }).click()
      expect(await findings(page)).toEqual([])
      const stranger = await person({ colorScheme: scheme })
      await stranger.page.goto(invitation)
      await stranger.page.getByRole('button', { name: 'Join and log in' }).click()
      await stranger.page.getByText('At least 12 characters.').waitFor()
      expect(await findings(stranger.page)).toEqual([])
    },
  )

  it('[SET13] fits a phone: one page after the other by a list, nothing wider than the screen, nothing for the checker', async () => {
    const { page } = await openAs('widget', adminOf(server), { viewport: narrow })
    const tooWide = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('.settings *')]
          .filter((element) => !element.closest('.preview') && element.getBoundingClientRect().right > innerWidth)
          .map((element) => element.outerHTML.slice(0, 80)),
      )
    await page.getByRole('radiogroup', { name: 'Somebody is there' }).getByText('In office hours').click()
    expect(await tooWide()).toEqual([])
    expect(await findings(page)).toEqual([])
    await page.getByRole('button', { name: 'Discard' }).click()
    for (const name of ['Installation', 'Sites', 'Team', 'Identity', 'Activity', 'Your login']) {
      await page.getByLabel('Page of the settings').selectOption(name)
      await page.getByRole('heading', { name, exact: true }).waitFor()
      await page.locator('.settings-card').last().waitFor()
      expect(await tooWide()).toEqual([])
      expect(await findings(page)).toEqual([])
    }
    await page.getByRole('link', { name: 'Back to the list' }).click()
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor()
  })

  it('[PX3] on a phone no field of the office hours lies over another, also where one is wrong', async () => {
    const { page } = await openAs('widget', adminOf(server), { viewport: narrow })
    await page.getByRole('radiogroup', { name: 'Somebody is there' }).getByText('In office hours').click()
    await page.getByLabel('Tuesday, from').fill('')
    await save(page)
    await page.getByText('Tuesday needs two times.').waitFor()
    const boxes = await Promise.all(
      [
        page.getByText('Tuesday', { exact: true }),
        page.getByLabel('Tuesday, from'),
        page.getByText('Tuesday needs two times.'),
        page.getByText('Wednesday', { exact: true }),
      ].map((part) => part.boundingBox()),
    )
    const ends = boxes.flatMap((box) => (box ? [box.y, box.y + box.height] : []))
    expect(ends).toHaveLength(8)
    expect(ends).toEqual([...ends].sort((one, other) => one - other))
  })

  it('[PX4] the bar that saves stands at the end of what is seen, with nothing of the page below it', async () => {
    for (const viewport of [wide, narrow]) {
      const { page } = await openAs('widget', adminOf(server), { viewport })
      await page.getByLabel('Greeting', { exact: true }).fill('Hello')
      const bar = await page.locator('.save-bar').boundingBox()
      const below = viewport.height - ((bar?.y ?? 0) + (bar?.height ?? 0))
      expect(below).toBeGreaterThanOrEqual(0)
      expect(below).toBeLessThanOrEqual(16)
    }
  })
})
