import { describe, expect, it } from 'vitest'
import { SimBrowser } from './sim-browser.ts'

const server = { respond: () => ({ status: 500 }) }

describe('simulated shared values', () => {
  it('[KIT31] are shared by the tabs of a browser, and each step comes after the one before', async () => {
    const browser = new SimBrowser({ server })
    const [one, two] = [browser.openTab(), browser.openTab()]
    const add = (tab: typeof one) =>
      tab.runtime.values[0]?.update('count', (kept) => (typeof kept === 'number' ? kept : 0) + 1)
    expect(await Promise.all([add(one), add(two), add(one)])).toEqual([true, true, true])
    expect([browser.database.get('count'), browser.texts.get('count')]).toEqual([3, undefined])
  })

  it('[KIT32] keep nothing while they are blocked or fail, never answer while they hang, and end with their tab', async () => {
    const browser = new SimBrowser({ server })
    const { database, timeline } = browser
    const tab = browser.openTab()
    const write = (value: string) => tab.runtime.values[0]?.update('name', () => value)
    database.isBlocked = true
    expect(await write('blocked')).toBe(false)
    database.isBlocked = false
    database.failsAt = (call) => call === 2
    expect([await write('fails'), await write('kept')]).toEqual([false, true])
    database.isHanging = true
    const answers: unknown[] = []
    void write('hangs')?.then((answer) => answers.push(answer))
    await timeline.advance(3_600_000)
    expect([answers, database.get('name')]).toEqual([[], 'kept'])
    database.isHanging = false
    database.delayMs = 100
    void write('too late')?.then((answer) => answers.push(answer))
    tab.kill()
    await timeline.advance(3_600_000)
    expect([answers, database.get('name')]).toEqual([[], 'kept'])
  })
})
