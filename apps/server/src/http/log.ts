import type { Clock } from '@helvino/runtime'
import { type FastifyInstance, type FastifyRequest, type FastifyServerOptions, LogController } from 'fastify'

export interface LogOptions {
  readonly level: string
  readonly clock: Clock
  readonly stream: { write(line: string): void }
}

interface LoggedError {
  readonly type: string
  readonly message: string
  readonly stack: string
  readonly [more: string]: unknown
}

const mostCauses = 3

/** What an error is and where it comes from. What else hangs on it, the driver's own row or parameters say, is somebody's data. */
function describeError(error: unknown, causes: number): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: '', stack: '' }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const { name, message, stack, cause } = error
  const because = cause === undefined || causes === 0 ? {} : { cause: describeError(cause, causes - 1) }
  return { type: name, message, ...code, stack: stack ?? '', ...because }
}

/**
 * Structured lines: an event name and plain fields. What a line may hold is chosen where it is written; the serialisers and the
 * redaction below catch what a library, or somebody in a hurry, would write: no headers, no addresses, no secrets.
 */
export function logOptions({
  level,
  clock,
  stream,
}: LogOptions): Pick<FastifyServerOptions, 'logger' | 'logController' | 'childLoggerFactory'> {
  const secretFields = [
    'token',
    'orgToken',
    'agentToken',
    'visitorId',
    'cookie',
    'authorization',
    'password',
    'content',
  ]
  return {
    logController: new LogController({ disableRequestLogging: true }),
    // A logger of its own for each request costs more than the rare line is worth: that says by itself what it is about.
    childLoggerFactory: (parent) => parent,
    logger: {
      level,
      stream,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.nowMs()).toISOString()}"`,
      serializers: {
        req: ({ method, routeOptions }) => ({ method, url: routeOptions.url ?? '' }),
        res: ({ statusCode }) => ({ statusCode: statusCode ?? 0 }),
        err: (error: unknown) => describeError(error, mostCauses),
      },
      redact: {
        paths: [...secretFields, ...secretFields.map((name) => `*.${name}`), 'headers', '*.headers', 'body'],
        remove: true,
      },
    },
  }
}

/** What a line about a request says of it. The pattern, not the address: an address holds ids. */
export const about = (request: FastifyRequest) => ({ reqId: request.id, route: request.routeOptions.url })

/** Whether there is a line for each request. */
export const logsRequests = (level: string): boolean => level === 'debug' || level === 'trace'

/** One line for each request, where the level asks for it. */
export function addRequestLog(app: FastifyInstance, { level, clock }: LogOptions): void {
  if (!logsRequests(level)) return
  const startedAtMs = new WeakMap<object, number>()
  app.addHook('onRequest', (request, _reply, done) => {
    startedAtMs.set(request, clock.monotonicMs())
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const tookMs = Math.round(clock.monotonicMs() - (startedAtMs.get(request) ?? Number.NaN))
    const { method } = request
    request.log.debug({ event: 'request', method, ...about(request), status: reply.statusCode, tookMs }, 'request')
    done()
  })
}
