import type { IncomingMessage, ServerResponse } from 'node:http'
import { corsHeadersOf } from './cors.ts'
import type { PlainAnswer } from './refuse.ts'

/** An answer without Fastify, with the headers that every answer of the server has. */
export function answerPlainly(
  { url }: IncomingMessage,
  response: ServerResponse,
  { status, headers, text }: PlainAnswer,
): void {
  // Names and values in one list: Node writes it as it is.
  const lines = ['x-content-type-options', 'nosniff', 'content-length', String(Buffer.byteLength(text))]
  const cors = corsHeadersOf(url)
  for (const name in cors) lines.push(name, cors[name] ?? '')
  for (const name in headers) lines.push(name, headers[name] ?? '')
  response.writeHead(status, lines).end(text)
}
