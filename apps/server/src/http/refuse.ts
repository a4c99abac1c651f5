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

const defaultRetryAfterSeconds = 2

/** The one way to say no over HTTP: status, `RefusalBody` and `Retry-After` all come from the protocol's table. */
export function refuse(reply: FastifyReply, code: RefusalCode, detail: RefusalDetail = {}): FastifyReply {
  const refusal: { status: number; error: string; retryAfter?: true } = refusals[code]
  if (refusal.retryAfter)
    void reply.header(headers.retryAfter, String(detail.retryAfterSeconds ?? defaultRetryAfterSeconds))
  const body: RefusalBody = {
    error: refusal.error,
    code,
    message: detail.message ?? refusal.error,
    ...(detail.hint === undefined ? {} : { hint: detail.hint }),
    ...(detail.field === undefined ? {} : { field: detail.field }),
  }
  return reply.code(refusal.status).header('cache-control', 'no-store').send(body)
}
