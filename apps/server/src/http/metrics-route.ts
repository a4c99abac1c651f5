import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { MetricsAccess } from '../config.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { loopbackHost } from './cookie-guard.ts'
import { refuse } from './refuse.ts'

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

type Admission = 'admitted' | 'unknown-key' | 'hidden'

/** Hidden: as if there were no such address. */
function admissionOf({ headers }: FastifyRequest, access: MetricsAccess): Admission {
  switch (access.kind) {
    case 'closed':
      return 'hidden'
    case 'local':
      // By another name than this machine's own, a page in its browser may be asking (DNS rebinding).
      return loopbackHost.test(headers.host ?? '') ? 'admitted' : 'hidden'
    case 'key': {
      const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
      // Digests are of one length, whatever is given, so that the time of comparing says nothing.
      return timingSafeEqual(digestOf(given), digestOf(access.key)) ? 'admitted' : 'unknown-key'
    }
  }
}

/** `GET /metrics` for Prometheus. */
export function addMetricsRoute(app: FastifyInstance, metrics: Metrics, access: MetricsAccess): void {
  app.get('/metrics', async (request, reply) => {
    const admission = admissionOf(request, access)
    if (admission === 'hidden') return refuse(reply, 'not_found')
    if (admission === 'unknown-key') {
      void reply.header('www-authenticate', 'Bearer')
      return refuse(reply, 'metrics_key_invalid', { hint: 'Send METRICS_KEY as "Authorization: Bearer …".' })
    }
    return reply.type(metrics.contentType).send(await metrics.read())
  })
}
