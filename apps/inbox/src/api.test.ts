import { type SimAnswer, SimBrowser, type SimServer } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createInboxApi } from './api.ts'
import type { Alerts } from './browser-alerts.ts'

const noAlerts: Alerts = { permission: () => 'unsupported', ask: () => Promise.resolve(), show: () => undefined }

function openInbox(answer: SimAnswer) {
  const server: SimServer = { respond: () => answer }
  const browser = new SimBrowser({ server })
  const tab = browser.openTab()
  return {
    timeline: browser.timeline,
    network: tab.network,
    api: createInboxApi({
      ...{ runtime: tab.runtime, apiUrl: 'https://chat.example', scriptPath: '/inbox/assets/inbox-1.js' },
      ...{ reload: () => undefined, playTone: () => undefined, saveFile: () => undefined, alerts: noAlerts },
    }),
  }
}

describe('api', () => {
  it('[IN17] tells a refused login from a server that does not answer', async () => {
    const { api, network } = openInbox({ status: 401, body: { error: 'x', code: 'login_failed', message: 'x' } })
    expect(await api.logIn('ada@example.org', 'wrong')).toEqual({ kind: 'refused', code: 'login_failed' })
    network.isOffline = true
    expect((await api.logIn('ada@example.org', 'wrong')).kind).toBe('unreachable')
  })

  it('[IN18] gives a call up after 15 s', async () => {
    const { api, network, timeline } = openInbox({ status: 200 })
    network.faultFor = () => ({ kind: 'black-hole' })
    let outcome = 'none'
    void api.findSession().then(({ kind }) => (outcome = kind))
    await timeline.advance(14_999)
    expect(outcome).toBe('none')
    await timeline.advance(1)
    expect(outcome).toBe('unreachable')
  })
})
