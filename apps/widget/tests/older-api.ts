import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { basename, join } from 'node:path'
import { type Site, startSite } from './http-site.ts'

const dist = join(import.meta.dirname, '..', 'dist')

// What such a server's list names, and nothing that came later.
const foundingHeaders = 'content-type, x-org-key, x-site-id, x-visitor-id, x-org-token'

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * A server built elsewhere, that knows the bootloader and the two POST calls alone: no socket, no sequence, no list. What the widget promises
 * there it does without anything newer.
 */
export interface OlderApi extends Site {
  readonly requests: string[]
  /** Texts in the order of arrival. */
  readonly texts: string[]
  /** Decides what happens to a request before it is answered; `undefined` answers it as usual. */
  intercept: (path: string) => { status: number; body: object } | 'drop' | 'hold' | undefined
  /** Fields that replace those of the bootloader's `config`. */
  config: Record<string, unknown>
  tokenLifeMs: number
  /** Answers what was held, as `intercept` says by now. */
  release: () => void
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => resolve(text))
  })
}

export async function startOlderApi(): Promise<OlderApi> {
  const held: (() => void)[] = []
  const requests: string[] = []
  const texts: string[] = []
  const bootloader = () => {
    const nowMs = Date.now()
    const exp = Math.floor((nowMs + api.tokenLifeMs) / 1_000)
    return {
      ok: true,
      org: { id: 'org_1', key: 'demo', name: 'Fern & Stone' },
      config: {
        widgetEnabled: true,
        writeEnabled: true,
        language: 'en',
        theme: { primaryColor: '#0f766e' },
        ...api.config,
      },
      orgToken: `${base64url({ alg: 'HS256' })}.${base64url({ exp, nonce: requests.length })}.c2ln`,
      env: 'test',
      timestamp: new Date(nowMs).toISOString(),
    }
  }
  const answer = async (path: string, request: IncomingMessage): Promise<[number, unknown]> => {
    const body = await readBody(request)
    if (path === '/api/bootloader') return [200, bootloader()]
    if (path === '/conversations') return [201, { id: 'c_1', createdAt: new Date().toISOString() }]
    texts.push(String((JSON.parse(body) as { content: unknown }).content))
    return [201, { id: `m_${String(texts.length)}`, conversationId: 'c_1' }]
  }
  const serve = async (path: string, request: IncomingMessage, response: ServerResponse) => {
    const [status, json] = await answer(path, request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
  }
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', 'http://any').pathname
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', foundingHeaders)
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end()
      return
    }
    requests.push(`${request.method ?? ''} ${path}`)
    meet(path, request, response)
  }
  const meet = (path: string, request: IncomingMessage, response: ServerResponse) => {
    const fate = api.intercept(path)
    if (fate === 'drop') request.socket.destroy()
    else if (fate === 'hold') held.push(() => meet(path, request, response))
    else if (fate)
      response.writeHead(fate.status, { 'content-type': 'application/json' }).end(JSON.stringify(fate.body))
    else if (path.endsWith('.js')) serveScript(path, response)
    else void serve(path, request, response)
  }
  const api: OlderApi = {
    ...(await startSite(handle)),
    ...{ requests, texts, config: {}, tokenLifeMs: 300_000 },
    intercept: () => undefined,
    release() {
      for (const run of held.splice(0)) run()
    },
  }
  return api
}

function serveScript(path: string, response: ServerResponse): void {
  const file = join(dist, basename(path))
  if (existsSync(file)) response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(file))
  else response.writeHead(404).end()
}
