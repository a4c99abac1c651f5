import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { call, openVisitor } from '../../server/tests/api-client.ts'
import { spawnServer } from '../../server/tests/spawn-server.ts'
import { fillDesk } from './busy-desk.ts'
import { adminOf, findings, gone, InboxPage, narrow, setUpInbox, wide } from './inbox-page.ts'

const inbox = setUpInbox()

beforeAll(async () => {
  await fillDesk(inbox.url(), inbox.world().logins)
})

const places = [
  ...(['light', 'dark'] as const).flatMap((colorScheme) => [
    { colorScheme, size: wide },
    { colorScheme, size: narrow },
  ]),
]

/** What the checker finds on this page on a light and a dark system, on a desk and on a phone. */
async function findingsEverywhere({ page }: InboxPage, before: () => Promise<void> = () => Promise.resolve()) {
  const found: string[] = []
  for (const { colorScheme, size } of places) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize(size)
    await before()
    const there = await findings(page)
    found.push(...there.map((finding) => `${colorScheme}, ${String(size.width)} wide: ${finding}`))
  }
  await page.setViewportSize(wide)
  return found
}

// Each look at a page takes the checker a second or two, and more on a busy machine.
const patient = { timeout: 400_000 }

describe('the checker axe, on a light and a dark system, on a desk and on a phone', patient, () => {
  it('[IX8] finds nothing in the login, in an inbox without conversations, and in session health', async () => {
    const empty = await spawnServer()
    onTestFinished(() => empty.remove())
    const admin = await InboxPage.open(inbox.world().browser, empty.url)
    await admin.button('Log in').waitFor()
    expect(await findingsEverywhere(admin)).toEqual([])
    await admin.tryToLogIn({ ...adminOf(empty), password: 'not the password' })
    await admin.page.getByRole('alert').waitFor()
    expect(await findingsEverywhere(admin)).toEqual([])
    await admin.logIn(adminOf(empty))
    await admin.list.getByText('All quiet.').waitFor()
    expect(await findingsEverywhere(admin)).toEqual([])
    const { headers } = await openVisitor(empty.url)
    const renewal = { cause: 'ahead', outcome: 'renewed', tookMs: 40 }
    const report = { waitsMs: [900], refusedWrites: 2, staleServes: 3, sharedRenewals: 0, dropped: 0 }
    await admin.page.getByRole('link', { name: 'Session health' }).click()
    await admin.page.getByText('No page has reported').waitFor()
    expect(await findingsEverywhere(admin)).toEqual([])
    await call(`${empty.url}/api/telemetry`, { headers, body: { renewals: [renewal, renewal], ...report } })
    await admin.page.getByText('24 h', { exact: true }).click()
    await admin.page.locator('svg.recharts-surface').first().waitFor()
    expect(await findingsEverywhere(admin)).toEqual([])
  })

  it('[IX8] finds nothing in the list, in a thread and its notes, while a colleague answers, and beside the visitor', async () => {
    const ada = await inbox.openAs('ada')
    const bob = await inbox.openAs('bob')
    await ada.row('Are you open on Monday?').waitFor()
    expect(await findingsEverywhere(ada)).toEqual([])
    await ada.row('Camille Okonkwo').click()
    await bob.row('Camille Okonkwo').click()
    await bob.message('A regular since 2019').waitFor()
    await ada.message('A regular since 2019').waitFor()
    expect(await findingsEverywhere(ada)).toEqual([])
    const answering = async () => {
      await bob.composer.pressSequentially('I do ')
      await ada.happening.getByText('Bob is answering…').waitFor()
    }
    expect(await findingsEverywhere(ada, answering)).toEqual([])
    await ada.composer.fill('and a reply')
    await ada.page.getByText('Note', { exact: true }).click()
    await ada.note.fill('a note')
    expect(await findingsEverywhere(ada)).toEqual([])
    await ada.page.setViewportSize(narrow)
    await ada.button('About the visitor').click()
    await ada.page.getByRole('dialog').getByRole('link', { name: 'camille@okonkwo.example' }).waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await ada.page.emulateMedia({ colorScheme })
      expect(await findings(ada.page)).toEqual([])
    }
  })

  it('[IX8] finds nothing in a search, in the menus, and in what lies over the page', async () => {
    const ada = await inbox.openAs('ada')
    const field = ada.page.getByLabel('Search conversations')
    await field.fill('glaze')
    await ada.row('Camille Okonkwo').waitFor()
    expect(await findingsEverywhere(ada)).toEqual([])
    await field.fill('no such word')
    await ada.list.getByText('Nothing found.').waitFor()
    expect(await findingsEverywhere(ada)).toEqual([])
    await ada.button('Clear the search').click()
    await ada.openThread('Are you open on Monday?')
    await ada.page.keyboard.press('Control+k')
    await ada.page.getByRole('combobox').fill('a')
    expect(await findingsEverywhere(ada)).toEqual([])
    await ada.page.keyboard.press('Escape')
    await ada.page.getByRole('dialog').waitFor(gone)
    for (const open of [() => ada.page.keyboard.press('?'), () => ada.button('Saved replies').click()]) {
      await open()
      await ada.page.getByRole('dialog').waitFor()
      expect(await findingsEverywhere(ada)).toEqual([])
      await ada.page.keyboard.press('Escape')
      await ada.page.getByRole('dialog').waitFor(gone)
    }
    await ada.button('Assigned to:').click()
    await ada.page.getByRole('menu').waitFor()
    expect(await findings(ada.page)).toEqual([])
    await ada.page.keyboard.press('Escape')
    await ada.composer.fill('/')
    await ada.page.getByRole('option', { name: '/shipping' }).waitFor()
    expect(await findingsEverywhere(ada)).toEqual([])
  })
})

describe('the keyboard alone', () => {
  it('[IX9] leads from the login through a reply, a note, resolving, reopening and the palette', async () => {
    const { page, ...person } = await inbox.open()
    const ada = new InboxPage({ page, ...person }, inbox.url())
    const { keyboard } = page
    const { email, password } = inbox.world().logins.ada
    await ada.button('Log in').waitFor()
    await keyboard.type(email)
    await keyboard.press('Tab')
    await keyboard.type(password)
    await keyboard.press('Enter')
    await ada.row('Are you open on Monday?').waitFor()
    await keyboard.press('j')
    await keyboard.press('Enter')
    await ada.message('Are you open on Monday?').waitFor()
    await keyboard.press('r')
    await keyboard.type('From nine to five.')
    await keyboard.press('Enter')
    await ada.message('From nine to five.').locator('time').waitFor()
    await keyboard.press('Escape')
    await keyboard.press('n')
    await keyboard.type('Asks every week.')
    await keyboard.press('Enter')
    await ada.message('Asks every week.').filter({ hasText: 'private note' }).waitFor()
    await keyboard.press('Escape')
    await keyboard.press('e')
    // The frame may come before the answer, until which the button is busy.
    await page.locator('button:not([data-loading])', { hasText: 'Reopen' }).waitFor()
    await keyboard.press('e')
    await ada.button('Resolve').waitFor()
    await keyboard.press('Control+k')
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('combobox')
    await keyboard.type('session health')
    await keyboard.press('Enter')
    await page.getByRole('region', { name: 'Session health' }).waitFor()
  })
})
