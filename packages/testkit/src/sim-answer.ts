import type { HttpResponse } from '@helvino/runtime'

/** What a simulated server says. */
export interface SimAnswer {
  readonly status: number
  /** Names are case-insensitive. */
  readonly headers?: Readonly<Record<string, string>>
  /** A string is sent as it is, anything else as JSON; absent is an empty body. */
  readonly body?: unknown
}

export function toHttpResponse({ status, headers = {}, body }: SimAnswer): HttpResponse {
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  return { status, header: (name) => byName.get(name.toLowerCase()), body: text }
}
