import type { IncomingMessage } from 'node:http'
import cors from '@fastify/cors'
import { headers, limits, parseJson } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import { refusedByStore } from '../conversations/refused.ts'
import type { Unavailable } from '../store/contract.ts'
import { createGuard, type GuardOptions } from './guard.ts'
import { logOptions, type LogOptions } from './log.ts'
import { refuse } from './refuse.ts'
import { roleOfRoute, RouteWithoutRoleError } from './route-table.ts'

export interface HttpServerOptions extends GuardOptions {
  /** Which requests leave HTTP for the upgrade they ask for; the rest is answered as if it had not asked. */
  readonly isUpgrade: (request: IncomingMessage) => boolean
  /** Why the store could not do it, where that and no bug is what an error says. */
  readonly unavailableReason: (error: unknown) => Unavailable['reason'] | undefined
  readonly clock: Clock
  readonly random: Random
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
    // No cookie is involved. The agents' calls come from this server's own pages and from nowhere else, and no page reads the metrics.
    delegator: (request, decide) => {
      decide(null, { ...corsOptions, origin: isForNoOtherPage(request) ? false : '*' })
    },
  })
}

/** By the route, not by the address, which spells one route in many ways; a preflight has no route but the one for all of them. */
function isForNoOtherPage({ method, routeOptions, url }: FastifyRequest): boolean {
  const address = method === 'OPTIONS' ? url : routeOptions.url
  return address !== undefined && (address.startsWith('/api/agent') || address.startsWith('/metrics'))
}

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
    http: { shouldUpgradeCallback: options.isUpgrade },
    bodyLimit: limits.bodyBytes,
    // An idle connection must not hold up a stop.
    forceCloseConnections: 'idle',
    // A request that comes on an open connection while the server stops is still answered.
    return503OnClosing: false,
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 128 },
    // For an address that cannot be decoded, or holds a longer id than there is: it reaches no route, and so none of the hooks.
    frameworkErrors: (error, _request, reply) => {
      refuse(reply, error.code === 'FST_ERR_BAD_URL' ? 'request_invalid' : 'not_found')
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
  const startedAtMs = new WeakMap<object, number>()
  app.addHook('onRequest', (request, reply, done) => {
    startedAtMs.set(request, options.clock.monotonicMs())
    void reply.header('x-content-type-options', 'nosniff')
    done()
  })
  await addCors(app)
  app.addHook('onRequest', createGuard(options))

  app.setNotFoundHandler((_request, reply) => refuse(reply, 'not_found'))
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const reason = options.unavailableReason(error)
    if (reason !== undefined) {
      request.log.error({ event: 'store-unavailable', reason, route: request.routeOptions.url, err: error })
      const refused = refusedByStore({ kind: 'unavailable', reason }, options.random)
      return refuse(reply, refused.code, refused)
    }
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
