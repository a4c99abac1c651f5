import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { call, logIn } from '../../server/tests/api-client.ts'
import { findings, gone, type InboxPage, narrow, setUpInbox, wide } from './inbox-page.ts'

const inbox = setUpInbox()

// Where the pictures of a run go that somebody looks at.
const pictures = process.env['HELVINO_PICTURES']

/** What the checker finds, on light and dark systems, on a desk and on a phone. */
async function expectNothingFound({ page }: InboxPage, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const size of [wide, narrow]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize(size)
      if (pictures !== undefined)
        await page.screenshot({ path: `${pictures}/${name}-${colorScheme}-${size.width}.png` })
      expect(await findings(page)).toEqual([])
    }
  await page.setViewportSize(wide)
}

const settings = async () => {
  const { headers } = await logIn(inbox.url(), inbox.world().logins.admin)
  return (await call(`${inbox.url()}/api/agent/settings`, { headers })).body['settings']
}

describe('what is kept of visitors, in the inbox', () => {
  it('[DP14] an admin saves it as a file and deletes it; every inbox drops the conversation, and no other agent has the buttons', async () => {
    await inbox.visitorSays('please forget me')
    await inbox.visitorSays('somebody else')
    const admin = await inbox.openAs('admin')
    const ada = await inbox.openAs('ada')
    for (const one of [admin, ada]) await one.openThread('please forget me')
    expect(await ada.button('Save as a file').count()).toBe(0)
    const download = admin.page.waitForEvent('download')
    await admin.button('Save as a file').click()
    const file = await download
    expect(file.suggestedFilename()).toMatch(/^visitor-p_.*\.json$/)
    expect(readFileSync(await file.path(), 'utf8')).toContain('"content": "please forget me"')
    await admin.page.getByRole('button', { name: 'Delete', exact: true }).click()
    await admin.page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
    await admin.page.getByRole('button', { name: 'Delete', exact: true }).click()
    expect(await findings(admin.page)).toEqual([])
    if (pictures !== undefined) await admin.page.screenshot({ path: `${pictures}/visitor-wide.png` })
    await admin.page.setViewportSize(narrow)
    await admin.button('About the visitor').click()
    await admin.page.getByRole('button', { name: 'Delete', exact: true }).click()
    for (const colorScheme of ['light', 'dark'] as const) {
      await admin.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      if (pictures !== undefined) await admin.page.screenshot({ path: `${pictures}/visitor-${colorScheme}-phone.png` })
      expect(await findings(admin.page)).toEqual([])
    }
    await admin.button('Delete for good').click()
    await admin.page.getByText('There is no such conversation.').waitFor()
    await admin.page.setViewportSize(wide)
    for (const one of [admin, ada]) {
      await one.row('please forget me').waitFor(gone)
      await one.message('please forget me').waitFor(gone)
      await one.row('somebody else').waitFor()
    }
    expect([...admin.complaints, ...ada.complaints].filter((line) => !line.includes('404'))).toEqual([])
  })

  it('[DP15] an admin says after how many days conversations are deleted, after a question where that is sooner than before', async () => {
    const admin = await inbox.openAs('admin')
    await admin.page.goto(`${inbox.url()}/inbox/settings/data`)
    await admin.page.getByText('Now: conversations are kept for ever.').waitFor()
    await admin.page.getByRole('switch', { name: 'Delete old conversations' }).check()
    const days = admin.page.getByLabel('After so many days without a message')
    await days.fill('0')
    await admin.page.getByText('Write a whole number of days').waitFor()
    expect(await admin.page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true)
    await expectNothingFound(admin, 'data-wrong')
    await days.fill('90')
    await admin.page.getByRole('button', { name: 'Save', exact: true }).click()
    await expectNothingFound(admin, 'data')
    expect(await settings()).toMatchObject({ retentionDays: null })
    await admin.button('Delete them').click()
    await admin.page.getByText('deleted after 90 days without a message').waitFor()
    expect(await settings()).toMatchObject({ retentionDays: 90 })
    await admin.page.getByRole('switch', { name: 'Delete old conversations' }).uncheck()
    await admin.page.getByRole('button', { name: 'Save', exact: true }).click()
    await admin.page.getByText('Now: conversations are kept for ever.').waitFor()
    expect(await settings()).toMatchObject({ retentionDays: null })
  })

  it('[SW6] an admin removes an allowed site after a question, and allows it again with a click once it has asked', async () => {
    const { headers } = await logIn(inbox.url(), inbox.world().logins.admin)
    const origin = 'https://shop.example'
    for (const each of [origin, 'https://other.example'])
      await call(`${inbox.url()}/api/agent/sites/allow`, { headers, body: { origin: each } })
    const admin = await inbox.openAs('admin')
    await admin.page.goto(`${inbox.url()}/inbox/settings/sites`)
    await admin.button(`Remove ${origin}`).click()
    await expectNothingFound(admin, 'sites')
    await admin.page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click()
    await admin.button(`Remove ${origin}`).waitFor(gone)
    const boot = await call(`${inbox.url()}/api/bootloader`, { headers: { 'x-org-key': 'demo', origin } })
    expect(boot.body['code']).toBe('origin_not_allowed')
    await admin.button(`Allow ${origin}`).click()
    await admin.button(`Remove ${origin}`).waitFor()
  })
})
