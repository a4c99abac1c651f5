import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { corsHeadersOf } from './cors.ts'

export const jsonType = 'application/json; charset=utf-8'

export interface PlainAnswer {
  readonly status: number
  readonly headers: Readonly<OutgoingHttpHeaders>
  readonly text: string
}

/** An answer without Fastify, with the headers that every answer of the server has. */
export function answerPlainly(
  { url }: IncomingMessage,
  response: ServerResponse,
  { status, headers, text }: PlainAnswer,
): void {
  response
    .writeHead(status, {
      'x-content-type-options': 'nosniff',
      ...corsHeadersOf(url),
      ...headers,
      'content-length': Buffer.byteLength(text),
    })
    .end(text)
}
