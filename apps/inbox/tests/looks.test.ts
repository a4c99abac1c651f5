import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { call } from '../../server/tests/api-client.ts'
import { gone, narrow, setUpInbox } from './inbox-page.ts'

const inbox = setUpInbox()
const { visitorSays } = inbox

const pressed = 'button, select, input, textarea, [role="option"], [role^="menuitem"]'
// A field's own frame counts for what stands in it; a switch or a choice is pressed by its label, and colours stand apart enough.
const passedOver =
  '[aria-hidden="true"], [type="radio"], [type="checkbox"], [type="hidden"], [type="color"], .color-swatch'

/** What is less high than a finger needs, as the page is now. */
const tooSmall = (page: Page) =>
  page.evaluate(
    ([wanted, except]) =>
      [...document.querySelectorAll(wanted)]
        .filter((element) => !element.matches(except) && !element.closest('.preview'))
        .map((element) => element.closest('.mantine-Input-wrapper') ?? element)
        .map((element) => ({ height: element.getBoundingClientRect().height, html: element.outerHTML.slice(0, 120) }))
        .filter(({ height }) => height > 1 && height < 44)
        .map(({ height, html }) => `${String(height)}: ${html}`),
    [pressed, passedOver] as const,
  )

describe('the inbox on a phone', () => {
  it('[IF2] gives a long name two lines in the head of its thread', async () => {
    const { headers } = await visitorSays('Bonjour')
    const name = 'Anne-Sophie de La Rochefoucauld'
    await call(`${inbox.url()}/api/visitor`, { method: 'PUT', headers, body: { name } })
    const ada = await inbox.openAs('ada', { viewport: narrow })
    await ada.openThread('Bonjour')
    const head = ada.page.getByRole('heading', { name })
    const { isWhole, lines } = await head.evaluate((element) => ({
      isWhole: element.scrollHeight <= element.clientHeight && element.scrollWidth <= element.clientWidth,
      lines: Math.round(element.clientHeight / Number.parseFloat(getComputedStyle(element).lineHeight)),
    }))
    expect({ isWhole, lines }).toEqual({ isWhole: true, lines: 2 })
  })

  it('[IF3] has no button or field that is less than 44 pixels high', async () => {
    await visitorSays('Is there room for a finger?')
    const admin = await inbox.openAs('admin', { viewport: narrow })
    const { page } = admin
    await admin.row('Is there room for a finger?').waitFor()
    expect(await tooSmall(page)).toEqual([])
    await admin.button('Notifications and shortcuts').click()
    await page.getByRole('menuitem', { name: 'Command palette' }).waitFor()
    expect(await tooSmall(page)).toEqual([])
    await admin.button('Notifications and shortcuts').click()
    await page.getByRole('menuitem', { name: 'Command palette' }).waitFor(gone)
    await admin.openThread('Is there room for a finger?')
    expect(await tooSmall(page)).toEqual([])
    await admin.button('About the visitor').click()
    await admin.button('Copy the address').or(admin.button('Save as a file')).first().waitFor()
    expect(await tooSmall(page)).toEqual([])
    await page.keyboard.press('Escape')
    await admin.button('Saved replies').click()
    await admin.button('New reply').click()
    expect(await tooSmall(page)).toEqual([])
    for (const part of ['widget', 'installation', 'sites', 'team', 'identity', 'data', 'activity', 'account']) {
      await page.goto(`${inbox.url()}/inbox#/settings/${part}`)
      await page.locator('.settings-card').last().waitFor()
      expect(await tooSmall(page)).toEqual([])
    }
  })
})

describe('the head of a thread', () => {
  it('[IF4] offers to assign what is nobody’s task', async () => {
    await visitorSays('Whose am I?')
    const ada = await inbox.openAs('ada')
    await ada.openThread('Whose am I?')
    const button = ada.page.locator('.assign')
    expect(await button.innerText()).toBe('Assign')
    await button.click()
    await ada.page.getByRole('menuitemradio', { name: 'Me' }).click()
    await expect.poll(() => button.innerText()).toBe('You')
  })
})
