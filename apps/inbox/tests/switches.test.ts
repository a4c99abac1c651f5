import { describe, expect, it } from 'vitest'
import { call, logIn } from '../../server/tests/api-client.ts'
import { findings, narrow, setUpInbox, wide } from './inbox-page.ts'

const inbox = setUpInbox()

async function set(settings: object): Promise<void> {
  const { headers } = await logIn(inbox.url(), inbox.world().logins.admin)
  const put = { method: 'PUT', headers, body: settings } as const
  expect((await call(`${inbox.url()}/api/agent/settings`, put)).status).toBe(200)
}

const kept = async () => {
  const { headers } = await logIn(inbox.url(), inbox.world().logins.admin)
  return (await call(`${inbox.url()}/api/agent/settings`, { headers })).body['settings']
}

describe('the inbox while visitors cannot write', () => {
  it('[SW3] says so on every page, and an admin ends it with one click', async () => {
    await set({ writeEnabled: false })
    const admin = await inbox.openAs('admin')
    await admin.page.getByText('New messages are switched off').waitFor()
    for (const colorScheme of ['light', 'dark'] as const)
      for (const size of [wide, narrow]) {
        await admin.page.emulateMedia({ colorScheme })
        await admin.page.setViewportSize(size)
        expect(await findings(admin.page)).toEqual([])
      }
    await admin.page.setViewportSize(wide)
    await admin.page.getByRole('link', { name: 'Session health' }).click()
    await admin.page.getByText('New messages are switched off').waitFor()
    const ada = await inbox.openAs('ada')
    await ada.page.getByText('An admin can switch it on again.').waitFor()
    expect(await ada.button('Switch on again').count()).toBe(0)
    await admin.button('Switch on again').click()
    await admin.page.getByText('New messages are switched off').waitFor({ state: 'detached' })
    expect(await kept()).toMatchObject({ writeEnabled: true, widgetEnabled: true })
  })

  it('[SW3] says so as soon as it was switched off in the settings of this page', async () => {
    const admin = await inbox.openAs('admin')
    await admin.page.goto(`${inbox.url()}/inbox/settings/widget`)
    await admin.page.getByRole('switch', { name: 'Show the chat on your sites' }).uncheck()
    await admin.button('Save').click()
    await admin.page.getByText('visitors see no button').waitFor()
    await admin.button('Switch on again').click()
    await admin.page.getByText('visitors see no button').waitFor({ state: 'detached' })
    expect(await kept()).toMatchObject({ widgetEnabled: true })
  })
})
