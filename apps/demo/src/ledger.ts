import { asRecord, asString } from '@helvino/protocol'
import type { Call } from './faults.ts'

/** What the page knows of its token, from what crossed the wire. Ms by the page's own clock. */
export interface SeenToken {
  readonly atMs: number
  readonly lifeMs: number
}

export interface Counts {
  readonly renewals: number
  /** Tokens that the server refused before they had run out. */
  readonly refused: number
  readonly written: number
  readonly stored: number
  readonly linesLost: number
}

/** Life of a token in ms, read from its payload (RFC 7519 section 4.1). */
function lifeOf(token: string): number | undefined {
  try {
    const payload = asRecord(JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))))
    const lifeMs = (Number(payload?.['exp']) - Number(payload?.['iat'])) * 1_000
    return lifeMs > 0 ? lifeMs : undefined
  } catch {
    // No token that this page can read; the widget's own affair.
    return undefined
  }
}

const idsIn = (body: unknown): string[] => {
  const record = asRecord(body)
  const messages = record?.['messages']
  const all: readonly unknown[] = Array.isArray(messages) ? messages : [body]
  return all.flatMap((message) => asString(asRecord(message)?.['clientMessageId']) ?? [])
}

const storedIn = ({ body, answer }: Call): string[] => {
  if (!answer || answer.status >= 300) return []
  const results = asRecord(answer.json)?.['results']
  if (!Array.isArray(results)) return idsIn(body)
  return idsIn(body).filter((_id, n) => asRecord(results[n])?.['message'] !== undefined)
}

/** The books of one page: every message by its id, every token, every line. */
export class Ledger {
  readonly #written = new Set<string>()
  readonly #stored = new Set<string>()
  #tokens = 0
  #refused = 0
  #linesLost = 0
  #token: SeenToken | undefined
  #asking = 0
  #hasFailed = false

  get token(): SeenToken | undefined {
    return this.#token
  }

  get isRenewing(): boolean {
    return this.#asking > 0
  }

  /** The last call for a token got none. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  get counts(): Counts {
    return {
      renewals: Math.max(0, this.#tokens - 1),
      refused: this.#refused,
      written: this.#written.size,
      stored: this.#stored.size,
      linesLost: this.#linesLost,
    }
  }

  noteCall(path: string): void {
    if (path === '/api/bootloader') this.#asking += 1
  }

  noteLineLost(): void {
    this.#linesLost += 1
  }

  /** Says what happened, in words for the page, where it is worth a line. */
  noteAnswer(call: Call, nowMs: number): string | undefined {
    if (call.path === '/api/bootloader') return this.#noteToken(call, nowMs)
    if (!/\/messages(\/batch)?$/.test(call.path) || call.method !== 'POST') return undefined
    for (const id of idsIn(call.body)) this.#written.add(id)
    const before = this.#stored.size
    for (const id of storedIn(call)) this.#stored.add(id)
    if (this.#stored.size > before)
      return this.#stored.size - before === 1 ? 'Message stored' : `${this.#stored.size - before} messages stored`
    if (call.answer?.status !== 401) return undefined
    this.#refused += 1
    return 'The server refused the token: renewed, and the message sent again'
  }

  #noteToken({ answer }: Call, nowMs: number): string | undefined {
    this.#asking = Math.max(0, this.#asking - 1)
    const token = asString(asRecord(answer?.json)?.['orgToken'])
    const lifeMs = token === undefined ? undefined : lifeOf(token)
    this.#hasFailed = lifeMs === undefined
    if (lifeMs === undefined) return 'No token could be had; tried again by itself'
    this.#token = { atMs: nowMs, lifeMs }
    this.#tokens += 1
    return this.#tokens === 1 ? 'First token' : 'Token renewed'
  }
}
