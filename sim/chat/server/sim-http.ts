import type { refusals } from '@helvino/protocol'
import { limits, parseJson } from '@helvino/protocol'
import type { HttpRequest } from '@helvino/runtime'
import type { SimAnswer } from '@helvino/testkit'
import type { ServerPackage } from './server-package.ts'

type App = Parameters<ServerPackage['addVisitorRoutes']>[0]
type Guard = ReturnType<ServerPackage['createGuard']>['guard']
type FastifyRequest = Parameters<Guard>[0]
type FastifyReply = Parameters<Guard>[1]
type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown
interface Route {
  readonly method: string
  readonly pattern: string
  readonly path: RegExp
  readonly handler: Handler
}

export interface SimHttpTerms {
  readonly guard: Guard
  readonly refuse: (reply: FastifyReply, code: keyof typeof refusals) => FastifyReply
  /** Answers an error that a route has thrown. */
  readonly answerError: (error: unknown, reply: FastifyReply) => FastifyReply
}

class Reply {
  /** Nobody counts what is noted there. */
  readonly request = {}
  status = 200
  readonly told: Record<string, string> = {}
  body: unknown
  isSent = false

  code(status: number): this {
    this.status = status
    return this
  }

  header(name: string, value: string): this {
    this.told[name] = value
    return this
  }

  headers(given: Readonly<Record<string, string>>): this {
    Object.assign(this.told, given)
    return this
  }

  send(body?: unknown): this {
    // A text is JSON already.
    this.body = typeof body === 'string' ? parseJson(body) : body
    this.isSent = true
    return this
  }
}

/** A reader who never hangs up: only a read that waits asks. */
const rawRequest = { socket: { once: () => undefined, off: () => undefined } }

/**
 * A model of Fastify: it finds the route, passes the server's own guard, reads the body and calls the server's own handler. Routing, the
 * reading of bodies and the answer to what a handler throws are modelled here; `against-the-real-server.test.ts` holds them against
 * Fastify. CORS, logging and connections are left out.
 */
export class SimHttp {
  readonly #routes: Route[] = []
  readonly #terms: SimHttpTerms

  constructor(terms: SimHttpTerms) {
    this.#terms = terms
  }

  /** What the server's route files ask of an app. */
  get app(): App {
    const add = (method: string) => (pattern: string, handler: Handler) => {
      const path = new RegExp(`^${pattern.replaceAll(/:(\w+)/g, '(?<$1>[^/]{1,128})')}$`)
      this.#routes.push({ method, pattern, path, handler })
    }
    return { get: add('GET'), post: add('POST'), put: add('PUT') } as unknown as App
  }

  async respond({ method, url, headers, body }: HttpRequest): Promise<SimAnswer> {
    const [path = '', query = ''] = url.split('?')
    const route = this.#routes.find((each) => each.method === method && each.path.test(path))
    const request = {
      ...{ method, url, headers, raw: rawRequest, principal: undefined, agentSession: undefined },
      params: { ...route?.path.exec(path)?.groups },
      query: Object.fromEntries(query.split('&').map((pair) => pair.split('='))) as Record<string, string>,
      routeOptions: { url: route?.pattern },
      body: undefined as unknown,
    }
    const reply = new Reply()
    await this.#answer(request as unknown as FastifyRequest & { body: unknown }, reply, route, body)
    return { status: reply.status, headers: reply.told, body: reply.body }
  }

  async #answer(
    request: FastifyRequest & { body: unknown },
    reply: Reply,
    route: Route | undefined,
    text: string | undefined,
  ): Promise<void> {
    const { guard, refuse, answerError } = this.#terms
    const asFastify = reply as unknown as FastifyReply
    try {
      await guard(request, asFastify)
      if (reply.isSent) return
      if (!route) return void refuse(asFastify, 'not_found')
      const problem = this.#readBody(request, text)
      if (problem) return void refuse(asFastify, problem)
      const result = await route.handler(request, asFastify)
      if (!reply.isSent) reply.send(result)
    } catch (error) {
      answerError(error, asFastify)
    }
  }

  #readBody(
    request: FastifyRequest & { body: unknown },
    text: string | undefined,
  ): 'media_type_unsupported' | 'body_too_large' | 'request_invalid' | undefined {
    const type = request.headers['content-type']
    if ((request.method !== 'POST' && request.method !== 'PUT') || (text === undefined && type === undefined))
      return undefined
    if (type?.split(';')[0] !== 'application/json') return 'media_type_unsupported'
    if (Buffer.byteLength(text ?? '') > limits.bodyBytes) return 'body_too_large'
    request.body = text === undefined || text === '' ? undefined : parseJson(text)
    return text && request.body === undefined ? 'request_invalid' : undefined
  }
}
