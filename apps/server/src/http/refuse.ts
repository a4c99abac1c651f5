import { headers, refusals, type RefusalBody, type RefusalCode } from '@helvino/protocol'
import type { FastifyReply } from 'fastify'

export interface RefusalDetail {
  /** What happened in this case. Never holds a token, an id of a person or a message's text. */
  readonly message?: string
  /** What to do about it. */
  readonly hint?: string | undefined
  /** Which field of the request is not valid. */
  readonly field?: string | undefined
  /** Whole seconds for `Retry-After`, where the code always carries one. @defaultValue `defaultRetryAfterSeconds` */
  readonly retryAfterSeconds?: number | undefined
}

const jsonType = 'application/json; charset=utf-8'

/** An answer that Fastify is not asked for. */
export interface PlainAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** Where it is a refusal. */
  readonly code?: RefusalCode
}

const defaultRetryAfterSeconds = 2

function bodyOf(code: RefusalCode, { message, hint, field }: RefusalDetail): RefusalBody {
  const { error } = refusals[code]
  return {
    error,
    code,
    message: message ?? error,
    ...(hint === undefined ? {} : { hint }),
    ...(field === undefined ? {} : { field }),
  }
}

function headersOf(code: RefusalCode, { retryAfterSeconds }: RefusalDetail): Record<string, string> {
  const refusal: { status: number; retryAfter?: true } = refusals[code]
  const told: Record<string, string> = {}
  if (refusal.retryAfter) told[headers.retryAfter] = String(retryAfterSeconds ?? defaultRetryAfterSeconds)
  return told
}

/** The one way to say no over HTTP: status, `RefusalBody` and `Retry-After` all come from the protocol's table. */
export function refuse(reply: FastifyReply, code: RefusalCode, detail: RefusalDetail = {}): FastifyReply {
  reply.request.refusedWith = code
  // A file that is not there had headers of its own already.
  return reply
    .code(refusals[code].status)
    .header('cache-control', 'no-store')
    .headers(headersOf(code, detail))
    .send(bodyOf(code, detail))
}

/** As `refuse`, where Fastify is not asked. */
export const plainRefusal = (code: RefusalCode, detail: RefusalDetail): PlainAnswer => ({
  status: refusals[code].status,
  headers: { ...headersOf(code, detail), 'content-type': jsonType },
  text: JSON.stringify(bodyOf(code, detail)),
  code,
})
