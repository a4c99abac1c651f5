import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { asRecord, asString, parseJson } from '@helvino/protocol'

export type UrlAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** Ms since the epoch, by the `Date` header; `undefined` where there is none. */
      readonly dateMs: number | undefined
      readonly body: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'unreachable'; readonly code: string; readonly message: string }

const answerMs = 5_000
const longestBody = 64 * 1_024

async function read(response: IncomingMessage): Promise<UrlAnswer> {
  let text = ''
  response.setEncoding('utf8')
  for await (const piece of response as AsyncIterable<string>) if (text.length < longestBody) text += piece
  const dateMs = Date.parse(asString(response.headers.date) ?? '')
  return {
    kind: 'answered',
    status: response.statusCode ?? 0,
    dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
    body: asRecord(parseJson(text)) ?? {},
  }
}

/** Asks as a stranger would: no redirect is followed, and a certificate has to be one that browsers accept. Never rejects. */
export function askUrl(url: string): Promise<UrlAnswer> {
  const get = url.startsWith('https:') ? getHttps : getHttp
  return new Promise((resolve) => {
    const fail = (error: unknown) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      const said = error instanceof Error && error.message !== '' ? error.message : code
      resolve({ kind: 'unreachable', code, message: said })
    }
    const request = get(url, { agent: false, timeout: answerMs }, (response) => {
      read(response).then(resolve, fail)
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${answerMs / 1_000} s`)))
    request.on('error', fail)
  })
}
