import type { Clock } from '@helvino/runtime'
import { type FastifyServerOptions, LogController } from 'fastify'

export interface LogOptions {
  readonly level: string
  readonly clock: Clock
  readonly stream: { write(line: string): void }
}

/**
 * Structured lines: an event name and plain fields. What a line may hold is chosen where it is written; the serialisers and the
 * redaction below catch what a library, or somebody in a hurry, would write: no headers, no addresses, no secrets.
 */
export function logOptions({
  level,
  clock,
  stream,
}: LogOptions): Pick<FastifyServerOptions, 'logger' | 'logController'> {
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
    logger: {
      level,
      stream,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.nowMs()).toISOString()}"`,
      serializers: {
        req: ({ method, routeOptions }) => ({ method, url: routeOptions.url ?? '' }),
        res: ({ statusCode }) => ({ statusCode: statusCode ?? 0 }),
      },
      redact: {
        paths: [...secretFields, ...secretFields.map((name) => `*.${name}`), 'headers', '*.headers', 'body'],
        remove: true,
      },
    },
  }
}
