import cors from '@fastify/cors'
import { headers, limits, parseJson } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { createGuard, type GuardOptions } from './guard.ts'
import { logOptions, type LogOptions } from './log.ts'
import { refuse } from './refuse.ts'
import { roleOfRoute, RouteWithoutRoleError } from './route-table.ts'

export interface HttpServerOptions extends GuardOptions {
  readonly clock: Clock
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

async function addCors(app: FastifyInstance): Promise<void> {
  await app.register(cors, {
    // Any origin may ask; whether it is admitted is known when the organisation is, and a refused page must be able to read why.
    // No cookie is involved. The agents' calls come from this server's own pages and from nowhere else.
    delegator: (request, decide) => {
      decide(null, { ...corsOptions, origin: isAgentAddress(request.url) ? false : '*' })
    },
  })
}

const isAgentAddress = (address: string | undefined): boolean => address?.startsWith('/api/agent') ?? false

const corsOptions = {
  methods: ['GET', 'POST'],
  allowedHeaders: [
    'content-type',
    headers.orgKey,
    headers.siteId,
    headers.visitorId,
    headers.orgToken,
    headers.idempotencyKey,
  ],
  exposedHeaders: [headers.retryAfter, headers.idempotentReplayed],
  // The longest that Chromium keeps a preflight, in seconds.
  maxAge: 7_200,
  strictPreflight: false,
}

/** Fastify with everything that holds for every route: roles, refusals, limits, CORS and the log. Routes are added by the caller. */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    ...logOptions(options.log),
    bodyLimit: limits.bodyBytes,
    // An idle connection must not hold up a stop.
    forceCloseConnections: 'idle',
    // A request that comes on an open connection while the server stops is still answered.
    return503OnClosing: false,
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 128 },
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
  const startedAtMs = new WeakMap<object, number>()
  app.addHook('onRequest', (request, _reply, done) => {
    startedAtMs.set(request, options.clock.monotonicMs())
    done()
  })
  await addCors(app)
  app.addHook('onRequest', createGuard(options))

  app.setNotFoundHandler((_request, reply) => refuse(reply, 'not_found'))
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const code = refusalOf(error)
    if (code === 'internal') request.log.error({ event: 'request-failed', route: request.routeOptions.url, err: error })
    return refuse(reply, code)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const tookMs = Math.round(options.clock.monotonicMs() - (startedAtMs.get(request) ?? Number.NaN))
    // The pattern, not the address: an address holds ids.
    request.log.debug(
      { event: 'request', method: request.method, route: request.routeOptions.url, status: reply.statusCode, tookMs },
      'request',
    )
    done()
  })
  return app
}
