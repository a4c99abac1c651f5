import type { IncomingMessage } from 'node:http'
import { limits, parseJson, refusals } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { refusedByStore } from '../conversations/refused.ts'
import type { Unavailable } from '../store/contract.ts'
import { addCors } from './cors.ts'
import type { AnswerCounts } from './answer-counts.ts'
import { createGuard, type GuardOptions } from './guard.ts'
import { headersEverywhere } from './headers-everywhere.ts'
import { about, addRequestLog, logOptions, type LogOptions } from './log.ts'
import { addRequestPlaces } from './request-places.ts'
import { refuse } from './refuse.ts'
import { createRequestIds, requestIdHeader } from './request-id.ts'
import { roleOfRoute, RouteWithoutRoleError } from './route-table.ts'

export interface HttpServerOptions extends GuardOptions {
  /** Which requests leave HTTP for the upgrade they ask for; the rest is answered as if it had not asked. */
  readonly isUpgrade: (request: IncomingMessage) => boolean
  /** Why the store could not do it, where that and no bug is what an error says. */
  readonly unavailableReason: (error: unknown) => Unavailable['reason'] | undefined
  readonly clock: Clock
  readonly random: Random
  readonly answers: Pick<AnswerCounts, 'count'>
  readonly log: LogOptions
}

/** Fastify's own refusals, by its error code (Fastify Reference, Errors). */
function refusalOf(error: FastifyError) {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return 'body_too_large'
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'media_type_unsupported'
    default:
      return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500
        ? 'request_invalid'
        : 'internal'
  }
}

class MalformedJsonError extends Error {
  readonly statusCode = 400
}

/** Fastify with everything that holds for every route: roles, refusals, limits, CORS and the log. Routes are added by the caller. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const everywhere = headersEverywhere(options.publicUrl)
  const app = Fastify({
    ...logOptions(options.log),
    http: { shouldUpgradeCallback: options.isUpgrade },
    genReqId: createRequestIds(options.random),
    bodyLimit: limits.bodyBytes,
    // An idle connection must not hold up a stop.
    forceCloseConnections: 'idle',
    // A request that comes on an open connection while the server stops is still answered.
    return503OnClosing: false,
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 128 },
    // For an address that cannot be decoded, or holds a longer id than there is: it reaches no route, and so none of the hooks.
    frameworkErrors: (error, request, reply) => {
      void reply.headers(everywhere).header(requestIdHeader, request.id)
      const code = error.code === 'FST_ERR_BAD_URL' ? 'request_invalid' : 'not_found'
      options.answers.count(refusals[code].status, code)
      refuse(reply, code)
    },
  })
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat())
      if (roleOfRoute(name, url) === undefined) throw new RouteWithoutRoleError(name, url)
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    const body = text === '' ? undefined : parseJson(String(text))
    if (text !== '' && body === undefined) done(new MalformedJsonError('The body is not JSON.'))
    else done(null, body)
  })
  app.decorateRequest('principal', undefined)
  app.decorateRequest('agentSession', undefined)
  app.decorateRequest('turnedAway', undefined)
  app.decorateRequest('refusedWith', undefined)
  app.decorateRequest('guardedAtMs', 0)
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(everywhere).header(requestIdHeader, request.id)
    done()
  })
  addRequestLog(app, options.log)
  addCors(app)
  const { guard, guardAgain } = createGuard(options)
  app.addHook('onRequest', guard)
  app.addHook('preHandler', guardAgain)
  addRequestPlaces(app, options.admission)

  app.setNotFoundHandler((_request, reply) => refuse(reply, 'not_found'))
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const reason = options.unavailableReason(error)
    if (reason !== undefined) {
      request.log.error({ event: 'store-unavailable', reason, ...about(request), err: error })
      const refused = refusedByStore({ kind: 'unavailable', reason }, options.random)
      return refuse(reply, refused.code, refused)
    }
    const code = refusalOf(error)
    if (code === 'internal') request.log.error({ event: 'request-failed', ...about(request), err: error })
    return refuse(reply, code)
  })
  return app
}
