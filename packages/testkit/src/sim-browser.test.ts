import { describe, expect, it } from 'vitest'
import { SimBrowser } from './sim-browser.ts'
import type { SimServerSocket } from './sim-socket.ts'

const never = new AbortController().signal

function browser() {
  const closed: number[] = []
  const onConnection = (socket: SimServerSocket) => {
    socket.listen({ onClose: (code) => closed.push(code) })
  }
  return { closed, browser: new SimBrowser({ server: { respond: () => ({ status: 204 }), onConnection } }) }
}

describe('SimBrowser', () => {
  it('[KIT23] tabs share storage and locks and hear each other, but not themselves', async () => {
    const own = browser().browser
    const [first, second] = [own.openTab(), own.openTab()]
    const heard: unknown[] = []
    first.runtime.channels.open('a', (message) => heard.push(['first', message]))
    second.runtime.channels.open('a', (message) => heard.push(['second', message]))
    second.runtime.channels.open('b', (message) => heard.push(['other name', message]))
    const channel = first.runtime.channels.open('a', (message) => heard.push(['first again', message]))
    channel.post({ n: 1 })
    first.runtime.storage.set('key', 'value')
    await own.timeline.settle()
    expect(heard).toEqual([
      ['first', { n: 1 }],
      ['second', { n: 1 }],
    ])
    expect(second.runtime.storage.get('key')).toBe('value')
  })

  it('[KIT24] a lock is held by one tab, and refused to the others until that one is done', async () => {
    const own = browser().browser
    const [first, second] = [own.openTab(), own.openTab()]
    const log: string[] = []
    const hold = (name: string, tab: typeof first) =>
      tab.runtime.locks
        .holdIfFree('lock', async () => {
          log.push(`${name} holds`)
          await new Promise<void>((resolve) => tab.clock.startTimer(500, resolve))
          return name
        })
        .then((result) => log.push(`${name}: ${String(result)}`))
    void hold('a', first)
    void hold('b', second)
    await own.timeline.advance(499)
    void hold('c', second)
    await own.timeline.advance(1)
    void hold('d', second)
    await own.timeline.advance(2_000)
    expect(log).toEqual(['a holds', 'b: undefined', 'c: undefined', 'a: a', 'd holds', 'd: d'])
    expect(own.locks.isHeld('lock')).toBe(false)
  })

  it('[KIT25] of a killed tab nothing runs, answers, speaks or is kept, and its locks and sockets are free', async () => {
    const own = browser()
    const [dying, living] = [own.browser.openTab(), own.browser.openTab()]
    const ran: string[] = []
    const { clock, network, locks, channels, storage, life } = dying.runtime
    clock.startTimer(10, () => ran.push('timer'))
    network.openSocket('ws://x', {
      onOpen: () => ran.push('open'),
      onText: () => undefined,
      onClose: () => ran.push('close'),
    })
    const channel = channels.open('a', () => ran.push('message'))
    const livingChannel = living.runtime.channels.open('a', () => ran.push('from the dead'))
    life.subscribe(() => ran.push('life'))
    void locks.holdIfFree('lock', () => new Promise(() => undefined))
    await own.browser.timeline.settle()
    ran.length = 0
    void network.request({ method: 'GET', url: '/', headers: {} }, never).finally(() => ran.push('answer'))
    dying.kill()
    livingChannel.post('hello')
    channel.post('hello')
    storage.set('key', 'value')
    clock.startTimer(20, () => ran.push('timer of the dead'))
    void network.request({ method: 'GET', url: '/', headers: {} }, never).finally(() => ran.push('answer'))
    dying.life.emit('hidden')
    await own.browser.timeline.advance(60_000)
    expect(ran).toEqual([])
    expect(dying.clock.pendingTimers).toBe(0)
    expect(own.closed).toEqual([1006])
    expect(own.browser.storage.get('key')).toBeUndefined()
    expect(await living.runtime.locks.holdIfFree('lock', () => Promise.resolve('free'))).toBe('free')
    expect(own.browser.tabs).toEqual([living])
  })

  it('[KIT26] blocked storage is empty and keeps nothing, full storage keeps what it has', () => {
    const { storage } = browser().browser
    storage.maxLength = 10
    expect(storage.set('k', '123456789')).toBe(true)
    expect(storage.set('k', '1234567890')).toBe(false)
    expect(storage.set('k', '12345678')).toBe(true)
    storage.isBlocked = true
    expect([storage.get('k'), storage.set('a', '')]).toEqual([undefined, false])
    storage.isBlocked = false
    expect(storage.get('k')).toBe('12345678')
  })

  it('[KIT27] answers that come while the machine sleeps arrive on waking', async () => {
    const own = browser().browser
    const tab = own.openTab()
    tab.network.delayMs = 100
    let answeredAtMs = -1
    void tab.runtime.network
      .request({ method: 'GET', url: '/', headers: {} }, never)
      .then(() => (answeredAtMs = own.timeline.elapsedMs))
    await own.sleepMachine(60_000, { monotonicTicks: false })
    expect(answeredAtMs).toBe(60_000)
  })

  it('[KIT29] a tab that hangs on its way out keeps its locks for ever, and the table says since when', async () => {
    const own = browser().browser
    const [dying, living] = [own.openTab(), own.openTab()]
    await own.timeline.advance(10)
    void dying.runtime.locks.holdIfFree('lock', () => new Promise(() => undefined))
    await own.timeline.settle()
    dying.kill({ keepsLocks: true })
    const waited = living.runtime.locks.holdIfFree('lock', () => Promise.resolve('free'))
    await own.timeline.advance(60_000)
    expect(await waited).toBeUndefined()
    expect(own.locks.holderOf('lock')).toEqual({ clock: dying.clock, sinceMs: 10 })
    own.locks.releaseAll(dying.clock)
    expect(own.locks.holderOf('lock')).toBeUndefined()
  })

  it('[KIT30] a step of the wall clock of a browser is one of all its tabs, and of those opened later', () => {
    const own = browser().browser
    const first = own.openTab()
    own.stepWallClock(-5_000)
    const second = own.openTab()
    own.stepWallClock(1_000)
    expect([first, second].map(({ clock }) => clock.nowMs() - own.timeline.nowMs)).toEqual([-4_000, -4_000])
  })
})
