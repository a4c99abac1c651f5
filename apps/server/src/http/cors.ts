import { headers } from '@helvino/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refuse } from './refuse.ts'

const exposedHeaders = [headers.retryAfter, headers.idempotentReplayed].join(', ')
const preflightHeaders = {
  'access-control-allow-methods': 'GET, POST, PUT',
  'access-control-allow-headers': [
    'content-type',
    ...[headers.orgKey, headers.siteId, headers.visitorId, headers.visitorIdentity, headers.orgToken],
    headers.idempotencyKey,
  ].join(', '),
  // The longest that Chromium keeps it, in seconds.
  'access-control-max-age': '7200',
}

/** Of an agent's calls and those of who is invited, which come from this server's own pages and from nowhere else, and of the metrics, which no page reads. */
const isForNoOtherPage = (address: string | undefined): boolean =>
  address !== undefined && ['/api/agent', '/api/invitation', '/metrics'].some((path) => address.startsWith(path))

const nothing: Readonly<Record<string, string>> = {}
const forEverybody: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': exposedHeaders,
}

/** Of an answer to this address, which tells nobody anything but that it is refused. */
export const corsHeadersOf = (url: string | undefined): Readonly<Record<string, string>> =>
  isForNoOtherPage(url) ? nothing : forEverybody

function admitEverybody(reply: FastifyReply): void {
  void reply.headers(forEverybody)
}

function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // A preflight has no route but the one for all of them.
  if (isForNoOtherPage(request.url)) return refuse(reply, 'not_found')
  admitEverybody(reply)
  // With a length: some browsers wait for the body of a 204 that has none.
  return reply.code(204).headers(preflightHeaders).header('content-length', '0').send()
}

/**
 * Cross-origin calls (Fetch Standard, CORS protocol). Any origin may ask; whether it is admitted is known when the organisation is, and
 * a refused page must be able to read why. No cookie is involved.
 */
export function addCors(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    // By the route, not by the address, which spells one route in many ways.
    if (request.method !== 'OPTIONS' && !isForNoOtherPage(request.routeOptions.url)) admitEverybody(reply)
    done()
  })
  app.options('*', answerPreflight)
}
