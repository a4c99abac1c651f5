import { asRecord, asString, headers, parseJson, protocolNumber, refusals } from '@helvino/protocol'
import type { HttpRequest, Random } from '@helvino/runtime'
import type { SimAnswer, SimServer, SimServerSocket, SimTimeline } from '@helvino/testkit'
import { parseTokenExpiration } from '@helvino/token/jwt'
import type { Capacity } from './capacity.ts'
import { tokenLifeMs } from './outage.ts'

export const isRenewal = ({ url }: Pick<HttpRequest, 'url'>): boolean => url.endsWith('/api/bootloader')

export interface HerdServerTerms {
  readonly timeline: SimTimeline
  readonly capacity: Capacity
  readonly random: Random
  /** While the server is down a proxy in front of it answers 503, to come back in 120 to 300 s. */
  readonly hasEdge: boolean
  /** A renewal is served; `atMs` of the timeline. */
  readonly onServed: (atMs: number) => void
}

const refusal = (code: keyof typeof refusals, retryAfterSeconds?: number): SimAnswer => ({
  status: refusals[code].status,
  headers: retryAfterSeconds === undefined ? {} : { [headers.retryAfter]: String(retryAfterSeconds) },
  body: { code },
})

/** Names the organisation of which every visitor has a conversation; a visitor of any other has said nothing so far. */
export const talkativeSite = 'talkative'

const createdAt = '2026-01-01T00:00:00.000Z'
const conversation = { id: 'talk', createdAt, status: 'open', latestSequence: 0, readSequence: 0 }

/** The server as far as a herd concerns it: renewals cost what they cost, everything else is free and has no memory. */
export class HerdServer implements SimServer {
  isDown = false
  /** Requests and sockets that came with a token that had run out. */
  tokenRefusals = 0
  readonly #terms: HerdServerTerms
  #issued = 0

  constructor(terms: HerdServerTerms) {
    this.#terms = terms
  }

  respond(request: HttpRequest): SimAnswer | undefined {
    const { random, hasEdge } = this.#terms
    if (this.isDown) return hasEdge ? refusal('unavailable', 120 + Math.floor(180 * random.fraction())) : undefined
    if (isRenewal(request)) return this.#renew()
    if (!this.#isValid(request.headers[headers.orgToken])) return refusal('token_expired')
    const path = request.url.replace(/^.*\/conversations/, '').replace(/\?.*$/, '')
    if (path === '') {
      const hasTalk = request.headers[headers.siteId] === talkativeSite
      return { status: 200, body: { conversations: hasTalk ? [conversation] : [] } }
    }
    if (request.method === 'GET') return { status: 200, body: { messages: [], latestSequence: 0 } }
    return { status: 201, body: { id: 'word', sequence: 1, timestamp: createdAt } }
  }

  onConnection(socket: SimServerSocket): void {
    socket.listen({
      onText: (text) => {
        this.#hear(socket, text)
      },
    })
  }

  #hear(socket: SimServerSocket, text: string): void {
    const frame = asRecord(parseJson(text))
    switch (frame?.['type']) {
      case 'hello': {
        const conversations = [{ id: conversation.id, latestSequence: 0, recovered: true }]
        if (this.#isValid(asString(frame['orgToken'])))
          socket.send(JSON.stringify({ type: 'ready', protocol: protocolNumber, conversations }))
        return
      }
      case 'renew':
        socket.send('{"type":"renewed"}')
        return
      case 'ping':
        socket.send('{"type":"pong"}')
    }
  }

  #renew(): SimAnswer {
    const { timeline, capacity, onServed } = this.#terms
    const admission = capacity.admit(timeline.elapsedMs)
    if (admission.kind === 'refused') return refusal('unavailable', admission.retryAfterSeconds)
    onServed(admission.doneAtMs)
    const timestamp = new Date(timeline.nowMs).toISOString()
    const exp = Math.floor((timeline.nowMs + tokenLifeMs) / 1_000)
    const payload = Buffer.from(JSON.stringify({ exp, number: (this.#issued += 1) })).toString('base64url')
    const org = { id: 'org', key: 'key', name: 'Org' }
    const orgToken = `herd.${payload}.herd`
    const body = { ok: true, org, config: {}, orgToken, timestamp, protocol: protocolNumber, batchMessages: 50 }
    return { status: 200, body }
  }

  #isValid(token: string | undefined): boolean {
    const expiresAtSeconds = token === undefined ? null : parseTokenExpiration(token)
    const isValid = (expiresAtSeconds ?? 0) * 1_000 > this.#terms.timeline.nowMs
    if (!isValid) this.tokenRefusals += 1
    return isValid
  }
}
