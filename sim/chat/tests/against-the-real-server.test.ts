import { uuid } from '@helvino/runtime'
import { SimRandom, SimTimeline } from '@helvino/testkit'
import Sqlite from 'better-sqlite3'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PacedClock } from '../../../apps/server/tests/faults/paced-clock.ts'
import { runServer } from '../../../apps/server/tests/faults/run-server.ts'
import { Trace } from '../../trace.ts'
import { Violations } from '../../violations.ts'
import { simOrg } from '../server/first-data.ts'
import { ourServer } from '../server/server-package.ts'
import { ServerWeather } from '../server/server-weather.ts'
import { Site } from '../server/site.ts'
import { type DrawnRequest, drawRequest, type Known } from './drawn-requests.ts'

const sequences = 500
const requestsOfOne = 8
/** How much faster than ours the real server's clock runs. */
const speed = 20

interface Answer {
  readonly status: number
  readonly retryAfter: boolean
  readonly replayed: string | undefined
  readonly body: unknown
}
type Ask = (request: DrawnRequest) => Promise<Answer>

/** Ids and tokens differ between two servers, and times between two moments: each id stands for when it first came. */
function createNormalise() {
  const seen = new Map<string, string>()
  const nameOf = (id: string) => {
    const name = seen.get(id) ?? `#${seen.size + 1}`
    seen.set(id, name)
    return name
  }
  return (text: string) =>
    text
      .replaceAll(/"orgToken":"[^"]+"/g, '"orgToken":"a token"')
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, nameOf)
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'a time')
      .replaceAll(/"name":"[^"]+"|"env":"[^"]+"/g, '')
}

function remember(known: Known, path: string, text: string): void {
  const body = (text === '' ? {} : JSON.parse(text)) as { orgToken?: string; id?: string }
  if (body.orgToken !== undefined) known.token = body.orgToken
  if (path === '/conversations' && body.id !== undefined) known.conversationId = body.id
}

function realSide(url: string) {
  const known: Known = { token: '', conversationId: 'none' }
  const normalise = createNormalise()
  const ask: Ask = async (request) => {
    const path = request.path(known)
    const { method, body } = request
    const response = await fetch(url + path, {
      method,
      headers: request.headers(known),
      ...(body !== undefined && { body }),
    })
    const text = await response.text()
    remember(known, path, text)
    return {
      status: response.status,
      retryAfter: response.headers.has('retry-after'),
      replayed: response.headers.get('idempotent-replayed') ?? undefined,
      body: normalise(text),
    }
  }
  return { ask }
}

function modelSide(site: Site, timeline: SimTimeline, apiUrl: string) {
  const known: Known = { token: '', conversationId: 'none' }
  const normalise = createNormalise()
  const server = site.serverFor({ origin: undefined, fetchSite: undefined, cookie: undefined })
  const ask: Ask = async (request) => {
    const path = request.path(known)
    const { method, body } = request
    const headers = request.headers(known)
    const answering = server.respond({ method, url: apiUrl + path, headers, ...(body !== undefined && { body }) })
    await timeline.advance(5)
    const answer = await answering
    if (!answer) throw new Error('the model gave no answer')
    const text = answer.body === undefined ? '' : JSON.stringify(answer.body)
    remember(known, path, text)
    return {
      status: answer.status,
      retryAfter: answer.headers?.['retry-after'] !== undefined,
      replayed: answer.headers?.['idempotent-replayed'],
      body: normalise(text),
    }
  }
  return { ask }
}

it(
  '[SIM12] answers in a world as the real server answers over HTTP, whatever it is asked',
  { timeout: 300_000 },
  async () => {
    const { url, dataFolder } = await runServer(new PacedClock(speed))
    const database = new Sqlite(join(dataFolder, 'helvino.db'))
    const timeline = new SimTimeline()
    const trace = new Trace(timeline)
    const violations = new Violations(timeline, trace)
    const apiUrl = 'https://chat.example'
    const org = simOrg('demo')
    const site = await Site.open({
      ...{ server: ourServer, apiUrl, orgs: [org], timeline, trace, violations, random: new SimRandom('site') },
      ...{ wallOffsetMs: 0, tokenLifeMs: 300_000, batchMessages: 50 },
      weather: new ServerWeather(new SimRandom('weather'), trace, () => undefined),
    })
    /** As by another process: both servers are given the second in which that acts. */
    const switchWrites = async (isOn: boolean) => {
      const config = JSON.stringify({ ...org.config, writeEnabled: isOn })
      database.prepare('UPDATE orgs SET config = ? WHERE key = ?').run(config, 'demo')
      site.switches.set('writes', org, isOn)
      await Promise.all([timeline.advance(1_000), new Promise((resolve) => setTimeout(resolve, 1_000 / speed))])
    }
    for (let n = 0; n < sequences; n++) {
      const random = new SimRandom(`sequence ${n}`)
      const secret = `v_${uuid(random)}`
      const [real, model] = [realSide(url), modelSide(site, timeline, apiUrl)]
      const first = { 'x-org-key': 'demo', 'x-visitor-id': secret }
      const boot: DrawnRequest = { method: 'GET', path: () => '/api/bootloader', headers: () => first }
      const open: DrawnRequest = {
        method: 'POST',
        path: () => '/conversations',
        headers: ({ token }) => ({ ...first, 'x-org-token': token }),
      }
      const isSwitched = random.isHit(0.1)
      const drawn = Array.from({ length: requestsOfOne - 2 }, () => drawRequest(random, secret))
      for (const [index, request] of [boot, open, ...drawn].entries()) {
        if (isSwitched && index === requestsOfOne - 2) await switchWrites(false)
        const [wanted, got] = [await real.ask(request), await model.ask(request)]
        expect(
          got,
          `sequence ${n}, request ${index}: ${request.method} ${request.path({ token: '', conversationId: 'ID' })} ${request.body?.slice(0, 200) ?? ''}`,
        ).toEqual(wanted)
      }
      if (isSwitched) await switchWrites(true)
    }
    expect(violations.found).toEqual([])
    database.close()
    site.close()
  },
)
