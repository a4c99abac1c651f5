import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { addAgent } from '../../server/tests/add-agent.ts'
import { call, logIn, openVisitor, postText, type Visitor } from '../../server/tests/api-client.ts'
import { SocketClient } from '../../server/tests/socket-client.ts'
import { spawnServer } from '../../server/tests/spawn-server.ts'
import { adminOf, gone, InboxPage, narrow, setUpInbox, wide } from './inbox-page.ts'

const inbox = setUpInbox()
const { visitorSays } = inbox
let ada: InboxPage

beforeEach(async () => {
  ada = await inbox.openAs('ada')
})

const tell = ({ headers }: Visitor, body: object) =>
  call(`${inbox.url()}/api/visitor`, { method: 'PUT', headers, body: { ...body } })
const button = (name: string) => ada.button(name)
const viewCount = ({ list }: InboxPage, view: string) =>
  list.getByRole('button', { name: view }).locator('.count').textContent()

describe('a private note', () => {
  it('[DI1] stands in its place for the team, with its author, and reaches no visitor', async () => {
    const visitor = await visitorSays('May I know your secrets?')
    const inVisitor = new SocketClient(inbox.url())
    await inVisitor.hello({ orgToken: visitor.token })
    const bob = await inbox.openAs('bob')
    await bob.openThread('May I know your secrets?')
    await ada.openThread('May I know your secrets?')
    await ada.page.getByText('Note', { exact: true }).click()
    await ada.note.fill('They are a rival.')
    await ada.note.press('Enter')
    await bob.message('They are a rival.').filter({ hasText: 'Ada' }).waitFor()
    await expect.poll(() => ada.note.inputValue()).toBe('')
    await ada.page.getByText('Reply', { exact: true }).click()
    await ada.say('Of course.')
    await ada.message('Of course.').locator('time').waitFor()
    const lines = await bob.page.getByRole('log').getByRole('listitem').allTextContents()
    expect(lines.map((line) => /secrets|rival|Of course/.exec(line)?.[0]).filter(Boolean)).toEqual([
      'secrets',
      'rival',
      'Of course',
    ])
    const said = await inVisitor.until(({ type }) => type === 'message')
    expect(JSON.stringify(said)).toContain('Of course.')
    const path = `${inbox.url()}/conversations/${visitor.conversationId}/messages`
    const kept = (await call(path, { headers: visitor.headers })).text
    expect(kept).toContain('Of course.')
    expect(kept).not.toContain('rival')
    inVisitor.close()
  })

  it('[DI2] is drafted apart from the reply, and both outlive a reload', async () => {
    await visitorSays('Two drafts')
    await ada.openThread('Two drafts')
    await ada.composer.fill('for the visitor')
    await ada.composer.press('Alt+n')
    await ada.note.fill('for the team')
    await ada.page.reload()
    await ada.message('Two drafts').waitFor()
    expect(await ada.composer.inputValue()).toBe('for the visitor')
    await ada.composer.press('Alt+n')
    expect(await ada.note.inputValue()).toBe('for the team')
  })
})

describe('the list', () => {
  it('[DI3] shows two agents live whose task a conversation is, and counts it', async () => {
    await visitorSays('Who takes this?')
    const bob = await inbox.openAs('bob')
    await ada.openThread('Who takes this?')
    // Until they have been counted each of them is 0.
    await expect.poll(() => viewCount(bob, 'Unassigned')).not.toBe('0')
    expect(await viewCount(bob, 'Mine')).toBe('0')
    const before = Number(await viewCount(bob, 'Unassigned'))
    await button('Assigned to: Nobody').click()
    await ada.page.getByRole('menuitemradio', { name: 'Bob' }).click()
    await bob.row('Who takes this?').getByText('Assigned to Bob').waitFor()
    await expect.poll(() => viewCount(bob, 'Mine')).toBe('1')
    await expect.poll(() => viewCount(bob, 'Unassigned')).toBe(String(before - 1))
    await bob.list.getByRole('button', { name: 'Mine' }).click()
    await bob.row('Who takes this?').waitFor()
    await bob.list.getByRole('button', { name: 'Unassigned' }).click()
    await bob.row('Who takes this?').waitFor(gone)
    await button('Assigned to: Bob').click()
    await ada.page.getByRole('menuitemradio', { name: 'Nobody' }).click()
    await bob.row('Who takes this?').waitFor()
    await expect.poll(() => viewCount(bob, 'Mine')).toBe('0')
  })

  it('[DI25] does every choice of an agent who chooses again before the first one is done', async () => {
    await visitorSays('Who takes that?')
    await ada.openThread('Who takes that?')
    let letGo = () => {}
    const held = new Promise<void>((resolve) => (letGo = resolve))
    await ada.page.route('**/assign*', async (route) => {
      await held
      await route.continue()
    })
    for (const name of ['Bob', 'Me']) {
      await button('Assigned to: Nobody').click()
      await ada.page.getByRole('menuitemradio', { name }).click()
    }
    letGo()
    await button('Assigned to: You').waitFor()
    await ada.page.unroute('**/assign*')
  })

  it('[DI4] is searched for what was said, resolved or not, and says that nothing was found', async () => {
    await visitorSays('A turquoise teapot, please')
    await ada.openThread('A turquoise teapot, please')
    await button('Resolve').click()
    await ada.row('A turquoise teapot, please').waitFor(gone)
    const field = ada.page.getByLabel('Search conversations')
    await field.fill('TURQUOISE')
    await ada.row('A turquoise teapot, please').waitFor()
    expect(await ada.list.getByRole('link').count()).toBe(1)
    await field.fill('turquoise zebra')
    await ada.list.getByText('Nothing found.').waitFor()
    await button('Clear the search').click()
    await ada.list.getByText('Resolved', { exact: true }).waitFor()
    expect(await field.inputValue()).toBe('')
  })

  it('[DI5] is read beyond its first page', async () => {
    const own = await spawnServer()
    const login = await addAgent(own, 'Eve')
    for (let count = 0; count < 52; count += 1) {
      const visitor = await openVisitor(own.url)
      await postText(own.url, visitor, `Question ${String(count)}.`)
    }
    const eve = await InboxPage.open(inbox.world().browser, own.url)
    await eve.logIn(login)
    await eve.row('Question 51.').waitFor()
    expect(await eve.row('Question 0.').count()).toBe(0)
    await eve.button('Show more').click()
    await eve.row('Question 0.').click()
    await eve.message('Question 0.').waitFor()
    // A page that is opened at a conversation which its list does not hold looks for it.
    await eve.page.reload()
    await eve.message('Question 0.').waitFor()
    await eve.page.context().close()
    await own.remove()
  })
})

describe('a reply', () => {
  it('[DI6] is taken from the saved ones by a slash, which Enter inserts and does not send', async () => {
    await visitorSays('When are you open?')
    await ada.openThread('When are you open?')
    await button('Saved replies').click()
    await button('New reply').click()
    await ada.page.getByRole('textbox', { name: 'Shortcut' }).fill('Opening hours')
    await ada.page.getByRole('textbox', { name: 'Text', exact: true }).fill('From nine to five.')
    await ada.page.getByRole('button', { name: 'Save', exact: true }).click()
    await ada.page.getByText('A shortcut is 1 to 32').waitFor()
    await ada.page.getByRole('textbox', { name: 'Shortcut' }).fill('hours')
    await ada.page.getByRole('button', { name: 'Save', exact: true }).click()
    await button('Edit /hours').waitFor()
    await ada.page.keyboard.press('Escape')
    await ada.page.getByRole('dialog').waitFor(gone)
    await ada.composer.fill('/ho')
    await ada.page.getByRole('option', { name: '/hours' }).waitFor()
    await ada.composer.press('Enter')
    expect(await ada.composer.inputValue()).toBe('From nine to five.')
    expect(await ada.message('From nine to five.').count()).toBe(0)
    await ada.composer.press('Enter')
    await ada.message('From nine to five.').locator('time').waitFor()
    await button('Saved replies').click()
    await button('Delete /hours').click()
    await ada.page.getByRole('button', { name: 'Delete', exact: true }).click()
    await button('Edit /hours').waitFor(gone)
  })

  it('[DI26] that begins with a slash and matches none of the saved ones says so, and Enter sends it as it is', async () => {
    await visitorSays('Do you ship?')
    await ada.openThread('Do you ship?')
    await ada.composer.fill('/')
    await ada.page.getByText('There are no saved replies yet').waitFor()
    await ada.composer.fill('/shrug')
    await ada.page.getByText('No saved reply has “shrug”').waitFor()
    await ada.composer.press('Escape')
    await ada.page.getByText('No saved reply has').waitFor(gone)
    await ada.composer.press('Enter')
    await ada.message('/shrug').locator('time').waitFor()
    await ada.composer.fill('/hm')
    await ada.page.getByText('No saved reply has “hm”').waitFor()
    await ada.composer.press('Enter')
    await ada.message('/hm').locator('time').waitFor()
  })

  it('[DI27] leaves no sheet with the visitor behind where the column came beside the thread meanwhile', async () => {
    const sheet = ada.page.getByRole('dialog', { name: 'Visitor' })
    await visitorSays('Is it far?')
    await ada.openThread('Is it far?')
    await ada.page.setViewportSize(narrow)
    await button('About the visitor').click()
    await sheet.waitFor()
    await ada.page.setViewportSize(wide)
    await sheet.waitFor(gone)
    await ada.page.setViewportSize(narrow)
    await ada.message('Is it far?').waitFor()
    await ada.page.waitForTimeout(500)
    expect(await sheet.count()).toBe(0)
    await ada.page.setViewportSize(wide)
  })

  it('[DI7] into a resolved conversation asks first', async () => {
    await visitorSays('Thanks, bye')
    await ada.openThread('Thanks, bye')
    await button('Resolve').click()
    await button('Reopen').waitFor()
    await ada.say('One more thing')
    await ada.page.getByRole('alertdialog').waitFor()
    await button('Do not send').click()
    expect(await ada.composer.inputValue()).toBe('One more thing')
    expect(await ada.message('One more thing').count()).toBe(0)
    await ada.composer.press('Enter')
    await button('Send and reopen').click()
    await ada.message('One more thing').locator('time').waitFor()
    await button('Resolve').waitFor()
  })

  it('[DI8] is marked as seen once its visitor has read it', async () => {
    const visitor = await visitorSays('Do you see me?')
    await ada.openThread('Do you see me?')
    await ada.say('Yes.')
    await ada.message('Yes.').locator('time').waitFor()
    expect(await ada.message('Yes.').getByText('Seen').count()).toBe(0)
    const path = `${inbox.url()}/conversations/${visitor.conversationId}/read`
    expect((await call(path, { headers: visitor.headers, body: { sequence: 2 } })).status).toBe(200)
    await ada.message('Yes.').getByText('Seen').waitFor()
  })
})

describe('an address in what was written', () => {
  it('[PX1] leads there in a tab of its own, from a message and from a note, and markup stays text', async () => {
    await visitorSays('<b>See</b> https://shop.example/mugs?glaze=lake.')
    await ada.openThread('<b>See</b>')
    const link = ada.message('<b>See</b>').getByRole('link')
    expect(await link.getAttribute('href')).toBe('https://shop.example/mugs?glaze=lake')
    expect(await link.getAttribute('target')).toBe('_blank')
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer')
    expect(await ada.message('<b>See</b>').locator('.bubble').innerText()).toBe(
      '<b>See</b> https://shop.example/mugs?glaze=lake.',
    )
    await ada.page.getByText('Note', { exact: true }).click()
    await ada.note.fill('javascript:alert(1) is no link, https://shop.example/bowls is')
    await ada.note.press('Enter')
    const inNote = ada.message('is no link').getByRole('link')
    expect(await inNote.getAttribute('href')).toBe('https://shop.example/bowls')
    expect(await inNote.count()).toBe(1)
  })
})

describe('the visitor', () => {
  it('[DI9] stands beside the thread, live, with their page and their other conversations', async () => {
    const secret = `v_${crypto.randomUUID()}`
    const first = await visitorSays('My first question', secret)
    const admin = await logIn(inbox.url(), inbox.world().logins.admin)
    const resolve = `${inbox.url()}/api/agent/conversations/${first.conversationId}/resolve`
    await call(resolve, { method: 'POST', headers: admin.headers })
    const visitor = await visitorSays('My second question', secret)
    await ada.openThread(visitor.conversationId === first.conversationId ? 'My first question' : 'My second question')
    const column = ada.page.getByRole('complementary', { name: 'Visitor' })
    await column.getByText('Visitor id').waitFor()
    const page = { url: 'https://shop.example/mugs', title: 'Mugs' }
    expect((await tell(visitor, { name: 'Ingrid', email: 'ingrid@shop.example', page })).status).toBe(200)
    await column.getByRole('heading', { name: 'Ingrid' }).waitFor()
    await column.getByRole('link', { name: 'ingrid@shop.example' }).waitFor()
    const link = column.getByRole('link', { name: 'Mugs' })
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer')
    expect(await link.getAttribute('href')).toBe(page.url)
    await ada.row('Ingrid').first().waitFor()
    await ada.page.setViewportSize(narrow)
    await column.waitFor(gone)
    await button('About the visitor').click()
    await ada.page.getByRole('dialog').getByRole('link', { name: 'Mugs' }).waitFor()
    expect(await ada.page.evaluate(() => document.documentElement.scrollWidth)).toBe(narrow.width)
  })
})

describe('a new installation', () => {
  it('[PX2] leads an admin to the installation page, beside the list and on a phone in it, and no agent', async () => {
    const empty = await spawnServer()
    onTestFinished(() => empty.remove())
    const { browser } = inbox.world()
    const admin = await InboxPage.open(browser, empty.url)
    await admin.logIn(adminOf(empty))
    const link = admin.page.getByRole('link', { name: 'How to install the chat' })
    for (const size of [wide, narrow]) {
      await admin.page.setViewportSize(size)
      await expect.poll(() => link.count()).toBe(1)
    }
    await link.click()
    await admin.page.getByRole('heading', { name: 'Installation', exact: true }).waitFor()
    const agent = await InboxPage.open(browser, empty.url)
    await agent.logIn(await addAgent(empty, 'Grace'))
    await agent.list.getByText('All quiet.').waitFor()
    expect(await agent.page.getByRole('link', { name: 'How to install the chat' }).count()).toBe(0)
  })
})

describe('the keyboard', () => {
  it('[DI10] works through the list and the thread, and never where somebody types', async () => {
    await visitorSays('The older one')
    await visitorSays('The newer one')
    await ada.row('The newer one').waitFor()
    await ada.page.keyboard.press('j')
    await ada.page.keyboard.press('ArrowDown')
    await ada.page.keyboard.press('k')
    await ada.page.keyboard.press('Enter')
    await ada.message('The newer one').waitFor()
    await ada.page.keyboard.press('a')
    await ada.row('The newer one').getByText('Assigned to Ada').waitFor()
    await ada.page.keyboard.press('r')
    await ada.page.keyboard.type('jkaern/?')
    expect(await ada.composer.inputValue()).toBe('jkaern/?')
    await button('Resolve').waitFor()
    expect(await ada.page.getByRole('dialog').count()).toBe(0)
    await ada.page.keyboard.press('Escape')
    await ada.page.keyboard.press('n')
    await ada.page.keyboard.type('e')
    expect(await ada.note.inputValue()).toBe('e')
    await ada.page.keyboard.press('Escape')
    await ada.page.keyboard.press('/')
    await ada.page.keyboard.type('older')
    await ada.row('The newer one').waitFor(gone)
    await ada.page.keyboard.press('Escape')
    await ada.page.keyboard.press('e')
    await button('Reopen').waitFor()
    await ada.page.keyboard.press('?')
    await ada.page.getByRole('dialog').getByText('Keyboard shortcuts').waitFor()
  })

  it('[DI11] reaches everything by name from the palette, while typing too, and breaks no rule of the policy', async () => {
    await visitorSays('Find me by name')
    await visitorSays('Something newer')
    await ada.openThread('Something newer')
    await ada.composer.focus()
    await ada.page.keyboard.press('Control+k')
    await ada.page.getByRole('combobox').fill('find me')
    await ada.page.keyboard.press('Enter')
    await ada.message('Find me by name').waitFor()
    await ada.page.getByRole('dialog').waitFor(gone)
    await ada.page.keyboard.press('Control+k')
    await ada.page.getByRole('combobox').fill('assign me')
    await ada.page.keyboard.press('Enter')
    await ada.row('Find me by name').getByText('Assigned to Ada').waitFor()
    await button('Notifications and shortcuts').click()
    await ada.page.getByRole('menuitemcheckbox', { name: 'Sound' }).waitFor()
    expect(ada.complaints).toEqual([])
  })
})

describe('out of sight', () => {
  it('[DI12] the title counts what is unread', async () => {
    await visitorSays('Count me')
    await ada.row('Count me').waitFor()
    await expect.poll(() => ada.page.title()).toMatch(/^\(\d+\) Helvino inbox$/)
    const before = Number(/\d+/.exec(await ada.page.title())?.[0])
    await ada.openThread('Count me')
    const after = before === 1 ? 'Helvino inbox' : `(${String(before - 1)}) Helvino inbox`
    await expect.poll(() => ada.page.title()).toBe(after)
  })

  it('[DI13] the browser is asked for notifications by a click only, and sound is switched in the menu', async () => {
    await ada.page.addInitScript(() => {
      Object.assign(window, { asked: 0 })
      Notification.requestPermission = () => {
        Object.assign(window, { asked: 1 })
        return Promise.resolve('granted')
      }
      Object.defineProperty(Notification, 'permission', {
        get: () => ((window as { asked?: number }).asked === 1 ? 'granted' : 'default'),
      })
    })
    await ada.page.reload()
    await ada.list.waitFor()
    await button('Notifications and shortcuts').click()
    const asked = () => ada.page.evaluate(() => (window as { asked?: number }).asked)
    expect(await asked()).toBe(0)
    const kept = (key: string) => ada.page.evaluate((name) => localStorage.getItem(name), key)
    await ada.page.getByRole('menuitemcheckbox', { name: 'Sound' }).click()
    await expect.poll(() => kept('helvino/sound')).toBe('off')
    if (!(await ada.page.getByRole('menu').isVisible())) await button('Notifications and shortcuts').click()
    await ada.page.getByRole('menuitemcheckbox', { name: 'Desktop notifications' }).click()
    await expect.poll(asked).toBe(1)
    await expect.poll(() => kept('helvino/alerts')).toBe('on')
  })
})
