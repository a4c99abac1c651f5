import { apiUrl, type ModelServer } from './model-server.ts'
import type { VirtualBrowser } from './virtual-browser.ts'

const apiMs = 30
const errorMs = 5

interface Exchange {
  readonly signal: AbortSignal | undefined
  readonly settle: (outcome: Response | Error) => void
}

const json = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

const networkError = () => new TypeError('Failed to fetch')

/** `fetch` of the virtual browser: 50 ms to the token endpoint, 30 ms to the API, half of it on each way. */
export function modelFetch(browser: VirtualBrowser, server: ModelServer): typeof fetch {
  const { timeline, clock } = browser
  const answerAfter = (delayMs: number, { settle }: Exchange, answer: () => Response | Error) => {
    timeline.schedule(delayMs, () => {
      const outcome = answer()
      clock.whenAwake(() => {
        settle(outcome)
      })
    })
  }

  const askForToken = (headers: Headers, exchange: Exchange) => {
    const isForm = headers.get('content-type')?.includes('urlencoded') ?? false
    const fate = server.nextTokenFate()
    switch (fate.kind) {
      case 'silent':
        return
      case 'network-error':
        answerAfter(errorMs, exchange, networkError)
        return
      case 'status':
        answerAfter(50, exchange, () => json(fate.status, fate.body, fate.headers))
        return
      case 'issue':
        timeline.schedule(fate.tookMs / 2, () => {
          const body = server.tokenBody(isForm)
          answerAfter(fate.tookMs / 2, exchange, () => json(200, body))
        })
    }
  }

  const askApi = (headers: Headers, exchange: Exchange) => {
    const index = Number(headers.get('x-request'))
    const call = { index, dispatchedAtMs: timeline.elapsedMs, status: undefined as number | undefined }
    server.apiCalls.push(call)
    timeline.schedule(apiMs / 2, () => {
      const status = server.judge(/^Bearer (.+)$/i.exec(headers.get('authorization') ?? '')?.[1])
      const lateMs = status === 401 ? server.refusalDelayMs(index) : 0
      call.status = status
      const challenge: Record<string, string> =
        status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {}
      // Read as GraphQL by one engine; the others look at the status.
      const body = status === 200 ? { data: { ok: true } } : { errors: [{ message: `status ${status}` }] }
      answerAfter(apiMs / 2 + lateMs, exchange, () => json(status, body, challenge))
    })
  }

  return (input, init) =>
    new Promise<Response>((resolve, reject) => {
      const request = input instanceof Request ? input : undefined
      const url = input instanceof Request ? input.url : input instanceof URL ? input.href : input
      const headers = new Headers(init?.headers ?? request?.headers)
      const signal = init?.signal ?? request?.signal
      timeline.noteActivity()
      if (signal?.aborted) {
        reject(signal.reason as Error)
        return
      }
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      const settle = (outcome: Response | Error) => {
        if (outcome instanceof Error) reject(outcome)
        else resolve(outcome)
      }
      const exchange: Exchange = { signal, settle }
      if (url.startsWith(apiUrl)) askApi(headers, exchange)
      else askForToken(headers, exchange)
    })
}
