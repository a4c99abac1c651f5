import type { IncomingMessage, ServerResponse } from 'node:http'
import { corsHeadersOf } from './cors.ts'
import type { AnswerCounts } from './answer-counts.ts'
import { headersEverywhere } from './headers-everywhere.ts'
import type { PlainAnswer } from './refuse.ts'

export type AnswerPlainly = (request: IncomingMessage, response: ServerResponse, answer: PlainAnswer) => void

/** An answer without Fastify, with the headers that every answer of the server has. */
export function createAnswerPlainly(publicUrl: string | undefined, answers: AnswerCounts): AnswerPlainly {
  const everywhere = headersEverywhere(publicUrl)
  return ({ url }, response, { status, headers, text, code }) => {
    // Names and values in one list: Node writes it as it is.
    const lines = ['content-length', String(Buffer.byteLength(text))]
    for (const each of [everywhere, corsHeadersOf(url), headers])
      for (const name in each) lines.push(name, each[name] ?? '')
    response.writeHead(status, lines).end(text)
    answers.count(status, code)
  }
}
