import { beforeEach, describe, expect, it } from 'vitest'
import { addAgent } from '../../server/tests/add-agent.ts'
import { call, openVisitor, postText } from '../../server/tests/api-client.ts'
import { SocketClient } from '../../server/tests/socket-client.ts'
import { spawnServer } from '../../server/tests/spawn-server.ts'
import { gone, InboxPage, setUpInbox } from './inbox-page.ts'

const inbox = setUpInbox()
const { visitorSays } = inbox
let ada: InboxPage

beforeEach(async () => {
  ada = await inbox.openAs('ada')
})

describe('a draft', () => {
  it('[IN35] outlives a reload and the login, is marked in the list, and is gone once it is sent', async () => {
    await visitorSays('Where is my order?')
    await visitorSays('Something else')
    await ada.openThread('Where is my order?')
    await ada.composer.fill('It left on')
    await ada.page.reload()
    await ada.message('Where is my order?').waitFor()
    expect(await ada.composer.inputValue()).toBe('It left on')
    await ada.openThread('Something else')
    await ada.row('Draft: It left on').click()
    await ada.page.getByRole('button', { name: 'Log out' }).click()
    await ada.logIn(inbox.world().logins.ada)
    await ada.message('Where is my order?').waitFor()
    expect(await ada.composer.inputValue()).toBe('It left on')
    await ada.composer.press('Enter')
    await ada.message('It left on').locator('time').waitFor()
    await ada.openThread('Something else')
    expect(await ada.row('Draft:').count()).toBe(0)
    await ada.page.reload()
    await ada.openThread('It left on')
    expect(await ada.composer.inputValue()).toBe('')
  })

  it('[IN36] is not shown to another agent on the same browser', async () => {
    await visitorSays('A shared desk')
    await ada.openThread('A shared desk')
    await ada.composer.fill('from Ada')
    await ada.page.getByRole('button', { name: 'Log out' }).click()
    await ada.logIn(inbox.world().logins.bob)
    await ada.message('A shared desk').waitFor()
    expect(await ada.composer.inputValue()).toBe('')
  })

  it('[IN38] is the same in the other tab of the agent', async () => {
    await visitorSays('Two tabs')
    await ada.openThread('Two tabs')
    await ada.composer.fill('begun here')
    const other = await ada.openTab()
    await other.row('Draft: begun here').click()
    await other.message('Two tabs').waitFor()
    expect(await other.composer.inputValue()).toBe('begun here')
  })
})

describe('colleagues and visitors', () => {
  it('[IN44] are seen while they write, in the thread and in the list, and no longer', async () => {
    const visitor = await visitorSays('Who answers me?')
    const inVisitor = new SocketClient(inbox.url())
    await inVisitor.hello({ orgToken: visitor.token })
    const bob = await inbox.openAs('bob')
    await bob.openThread('Who answers me?')
    await ada.openThread('Who answers me?')

    await bob.composer.pressSequentially('I do')
    await ada.happening.getByText('Bob is answering…').waitFor()
    await ada.row('Bob is answering…').waitFor()
    expect(await bob.happening.getByText('answering').count()).toBe(0)
    const told = await inVisitor.until(({ type }) => type === 'typing')
    expect(told).toEqual({ type: 'typing', conversationId: visitor.conversationId, role: 'agent' })
    await ada.happening.getByText('Bob is answering…').waitFor(gone)

    inVisitor.send({ type: 'typing', conversationId: visitor.conversationId })
    await ada.happening.getByText('The visitor is writing…').waitFor()
    await postText(inbox.url(), visitor, 'Hello?')
    await ada.message('Hello?').waitFor()
    await ada.happening.getByText('The visitor is writing…').waitFor(gone)
    inVisitor.close()
  })

  it('[IN43] who answered since a reply was begun are told of above it, until it is gone', async () => {
    await visitorSays('One question')
    const bob = await inbox.openAs('bob')
    await bob.openThread('One question')
    await ada.openThread('One question')
    await ada.say('First from Ada')
    await ada.message('First from Ada').locator('time').waitFor()
    await ada.composer.fill('And more')
    await bob.say('Bob was faster')
    await ada.message('Bob was faster').getByText('Bob', { exact: true }).waitFor()
    await ada.message('First from Ada').getByText('You', { exact: true }).waitFor()
    await ada.happening.getByText('Bob has answered').waitFor()
    await ada.composer.fill('')
    await ada.happening.getByText('Bob has answered').waitFor(gone)
  })
})

describe('what is told once', () => {
  it('[IX6] and was lost is there when the page is seen again: a note, a visitor’s name, whose task it is', async () => {
    const visitor = await visitorSays('Lost on the way')
    let isLosing = false
    await ada.page.routeWebSocket(/realtime/, (socket) => {
      const server = socket.connectToServer()
      server.onMessage((text) => {
        const { type } = JSON.parse(String(text)) as { type: string }
        if (!isLosing || !['note', 'visitor', 'conversation'].includes(type)) socket.send(text)
      })
    })
    await ada.page.reload()
    await ada.openThread('Lost on the way')
    const bob = await inbox.openAs('bob')
    await bob.openThread('Lost on the way')
    isLosing = true
    await bob.composer.press('Alt+n')
    await bob.note.fill('Nobody heard this.')
    await bob.note.press('Enter')
    await bob.message('Nobody heard this.').waitFor()
    await bob.note.press('Escape')
    await bob.page.keyboard.press('a')
    await bob.row('Lost on the way').getByText('Assigned to Bob').waitFor()
    const profile = { method: 'PUT', headers: visitor.headers, body: { name: 'Ingrid' } } as const
    expect((await call(`${inbox.url()}/api/visitor`, profile)).status).toBe(200)
    await postText(inbox.url(), visitor, 'Heard, after all of it')
    await ada.message('Heard, after all of it').waitFor()
    expect(await ada.message('Nobody heard this.').count()).toBe(0)
    isLosing = false
    await ada.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await ada.message('Nobody heard this.').waitFor()
    await ada.page.getByRole('complementary').getByRole('heading', { name: 'Ingrid' }).waitFor()
    await ada.row('Ingrid').getByText('Assigned to Bob').waitFor()
  })
})

describe('the inbox', () => {
  it('[IN50] keeps the newest message in view while the reply grows', async () => {
    const visitor = await visitorSays('The first of many')
    for (let count = 2; count <= 30; count += 1) await postText(inbox.url(), visitor, `Message ${String(count)}`)
    await ada.row('Message 30').click()
    await ada.message('Message 30').waitFor()
    await ada.composer.fill('a\nb\nc\nd\ne\nf\ng\nh')
    const log = ada.page.getByRole('group', { name: 'Messages' })
    await expect
      .poll(() => log.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight))
      .toBeLessThan(2)
  })

  it('[IN45] shows what a colleague does, without a reload: read, resolved, reopened', async () => {
    await visitorSays('Shared by two')
    const bob = await inbox.openAs('bob')
    await ada.row('Shared by two').getByText('Unread', { exact: true }).waitFor()
    await bob.openThread('Shared by two')
    await ada.row('Shared by two').getByText('Unread', { exact: true }).waitFor(gone)
    await ada.openThread('Shared by two')
    await bob.page.getByRole('button', { name: 'Resolve' }).click()
    await ada.row('Shared by two').waitFor(gone)
    await ada.page.getByRole('button', { name: 'Reopen' }).click()
    await bob.row('Shared by two').waitFor()
    await bob.page.getByRole('button', { name: 'Resolve' }).waitFor()
  })

  it('[IN46] asks for the login when it has ended elsewhere, and comes back to the same thread and draft', async () => {
    await visitorSays('Before the end')
    await ada.openThread('Before the end')
    await ada.composer.fill('half of it')
    await ada.endSession()
    await ada.page.getByText('Your session has ended.').waitFor()
    await ada.logIn(inbox.world().logins.ada)
    await ada.message('Before the end').waitFor()
    expect(await ada.composer.inputValue()).toBe('half of it')
  })

  it('[IN47] never goes on in the name of who has left: another who logs in takes every tab', async () => {
    await visitorSays('Whose desk?')
    await ada.openThread('Whose desk?')
    const other = await ada.openTab()
    await other.list.waitFor()
    await other.page.getByRole('button', { name: 'Log out' }).click()
    await other.logIn(inbox.world().logins.bob)
    await ada.page.getByText('Bob', { exact: true }).waitFor()
    await ada.message('Whose desk?').waitFor()
  })

  it('[IN48] comes back after a restart of the server with what was said meanwhile, and says that it is newer', async () => {
    const own = await spawnServer()
    const { port } = new URL(own.url)
    const login = await addAgent(own, 'Eve')
    const eve = await InboxPage.open(inbox.world().browser, own.url)
    await eve.logIn(login)
    const visitor = await openVisitor(own.url)
    await postText(own.url, visitor, 'Before the restart')
    await eve.openThread('Before the restart')
    await eve.composer.fill('kept over it')
    await eve.page.evaluate(() => Object.assign(window, { isSamePage: true }))
    await own.kill('SIGTERM')
    await eve.page.getByRole('status').filter({ hasText: 'Offline.' }).waitFor()
    // As a deploy does: the same address, another build.
    await eve.page.route('**/inbox', (route) => route.fulfill({ body: '<script src="/inbox/assets/inbox-NEW.js">' }))
    const again = await spawnServer({ dataFolder: own.dataFolder, env: { PORT: port } })
    expect((await postText(own.url, visitor, 'After the restart')).status).toBe(201)
    await eve.message('After the restart').waitFor()
    await eve.page.getByText('There is a new version of the inbox.').waitFor()
    expect(await eve.composer.inputValue()).toBe('kept over it')
    expect(await eve.page.evaluate(() => 'isSamePage' in window)).toBe(true)
    await eve.page.unrouteAll()
    await eve.page.getByRole('button', { name: 'Reload' }).click()
    await eve.message('After the restart').waitFor()
    expect(await eve.page.evaluate(() => 'isSamePage' in window)).toBe(false)
    expect(await eve.composer.inputValue()).toBe('kept over it')
    expect(await eve.page.getByText('There is a new version').count()).toBe(0)
    await again.remove()
  })
})
