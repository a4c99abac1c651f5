import { asRecord, decodeOrgSettings, decodeWidgetLook, defaultWidgetConfig, settingsLimits } from '@helvino/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAgent } from './add-agent.ts'
import { type AgentLogin, call, logIn, orgHeaders } from './api-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'

let server: SpawnedServer
let url: string
let admin: AgentLogin
let agent: AgentLogin

beforeAll(async () => {
  buildServer()
  server = await spawnServer()
  url = server.url
  admin = await logIn(url, server.admin)
  agent = await logIn(url, await addAgent(server, 'Ada'))
})

afterAll(() => server.remove())

const read = (login = admin) => call(`${url}/api/agent/settings`, { headers: login.headers })
const put = (body: unknown, login = admin) =>
  call(`${url}/api/agent/settings`, { method: 'PUT', headers: login.headers, body })
const boot = async () => (await call(`${url}/api/bootloader`, { headers: orgHeaders })).body

const days = { mon: null, tue: null, wed: null, thu: null, fri: null, sat: null, sun: null }

describe('settings', () => {
  it('[OH9] are read by every agent, changed by an administrator and taken back as they were read', async () => {
    const { aiEnabled: _, ...rest } = defaultWidgetConfig
    const first = await read(agent)
    expect(first.status).toBe(200)
    expect(first.headers.get('cache-control')).toBe('no-store')
    expect(first.body).toEqual({
      settings: { name: 'Hearth & Clay', ...rest, expectedReply: 'minutes' },
      availability: { isOpen: true, opensAt: null },
    })
    expect(decodeOrgSettings(first.body)).toEqual(first.body['settings'])
    const refused = await put({ branding: false }, agent)
    expect([refused.status, refused.body['code']]).toEqual([403, 'role_insufficient'])
    expect((await call(`${url}/api/agent/settings`)).status).toBe(401)
    expect((await put(first.body['settings'])).body).toEqual(first.body)
  })

  it('[OH10] reach the bootloader at once, without the office hours', async () => {
    const settings = {
      ...{ name: ' Hearth ', language: 'auto', theme: { primaryColor: '#AA0000' }, branding: false },
      ...{ position: 'left', greeting: 'Hello\nthere', greetingDetail: 'Ask us.', colorScheme: 'dark', askEmail: true },
      ...{ officeHours: { timeZone: 'Europe/Madrid', days }, expectedReply: 'hours' },
    }
    const answer = await put(settings)
    const kept = { ...settings, name: 'Hearth', theme: { primaryColor: '#aa0000' } }
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ settings: kept, availability: { isOpen: false, opensAt: null } })
    const { org, config } = await boot()
    expect(org).toMatchObject({ name: 'Hearth' })
    const { officeHours: _, name: _name, ...seen } = kept
    expect(config).toMatchObject({ ...seen, availability: { isOpen: false, opensAt: null } })
    expect(config).not.toHaveProperty('officeHours')
    const { language: _language, theme: _theme, branding: _branding, ...look } = seen
    expect(decodeWidgetLook(config)).toEqual({ ...look, availability: { isOpen: false, opensAt: null } })
    await put({ officeHours: null })
    expect(asRecord((await boot())['config'])?.['availability']).toEqual({ isOpen: true, opensAt: null })
  })

  it.each([
    ['name', { name: ' ' }],
    ['name', { name: 'x'.repeat(settingsLimits.nameLength + 1) }],
    ['name', { name: 'two\nlines' }],
    ['widgetEnabled', { widgetEnabled: 'yes' }],
    ['writeEnabled', { writeEnabled: 1 }],
    ['language', { language: 'not a language' }],
    ['theme.primaryColor', { theme: { primaryColor: 'red' } }],
    ['position', { position: 'top' }],
    ['greeting', { greeting: 'x'.repeat(settingsLimits.greetingLength + 1) }],
    ['greetingDetail', { greetingDetail: 'x'.repeat(settingsLimits.greetingDetailLength + 1) }],
    ['colorScheme', { colorScheme: null }],
    ['askEmail', { askEmail: null }],
    ['expectedReply', { expectedReply: 'soon' }],
    ['officeHours', { officeHours: 'always' }],
    ['officeHours.timeZone', { officeHours: { timeZone: 'Mars/Olympus', days } }],
    ['officeHours.timeZone', { officeHours: { timeZone: '+01:00', days } }],
    ['officeHours.days.wed', { officeHours: { timeZone: 'UTC', days: { ...days, wed: ['9:00', '17:00'] } } }],
    ['officeHours.days.sun', { officeHours: { timeZone: 'UTC', days: { ...days, sun: undefined } } }],
    ['aiEnabled', { aiEnabled: true }],
    ['allowedOrigins', { allowedOrigins: ['https://evil.example'] }],
    ['constructor', { constructor: 1 }],
  ])('[OH11] refuse a bad %s by name, and change nothing', async (field, change) => {
    const before = await read()
    const { status, body } = await put({ greeting: 'changed', ...change })
    expect([status, body['code'], body['field']]).toEqual([400, 'request_invalid', field])
    expect(body['message']).toContain(`"${field}"`)
    expect((await read()).body).toEqual(before.body)
  })

  it('[OH11] refuse what is no object', async () => {
    for (const body of ['[]', '"x"', ''])
      expect((await put(body)).body).toMatchObject({ code: 'request_invalid', message: '"body" is a JSON object.' })
  })
})
