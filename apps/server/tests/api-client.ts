import { asRecord, asString, parseJson } from '@helvino/protocol'

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  /** The answer's object; empty where it is none. */
  readonly body: Readonly<Record<string, unknown>>
  readonly text: string
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS'
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON, a text as it is. */
  readonly body?: unknown
}

/** One request over the real network, as something that is no browser sends it. */
export async function call(url: string, request: ApiRequest = {}): Promise<ApiAnswer> {
  const { method = request.body === undefined ? 'GET' : 'POST', headers = {}, body } = request
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: asRecord(parseJson(text)) ?? {}, text }
}

export interface Visitor {
  readonly secret: string
  readonly token: string
  readonly conversationId: string
  /** Headers of every call of this visitor. */
  readonly headers: Readonly<Record<string, string>>
}

export const orgHeaders = { 'x-org-key': 'demo' }

export async function fetchToken(
  url: string,
  secret: string,
  org: Readonly<Record<string, string>> = orgHeaders,
): Promise<string> {
  const { body } = await call(`${url}/api/bootloader`, { headers: { ...org, 'x-visitor-id': secret } })
  return asString(body['orgToken']) ?? ''
}

/** A visitor with a token and an open conversation. */
export async function openVisitor(
  url: string,
  secret = `v_${crypto.randomUUID()}`,
  org: Readonly<Record<string, string>> = orgHeaders,
): Promise<Visitor> {
  const token = await fetchToken(url, secret, org)
  const headers = { ...org, 'x-visitor-id': secret, 'x-org-token': token }
  const { body } = await call(`${url}/conversations`, { method: 'POST', headers })
  return { secret, token, conversationId: asString(body['id']) ?? '', headers }
}

export const postText = (url: string, visitor: Visitor, content: string, more: object = {}) =>
  call(`${url}/conversations/${visitor.conversationId}/messages`, {
    headers: visitor.headers,
    body: { role: 'user', content, ...more },
  })

export interface AgentLogin {
  readonly userId: string
  readonly cookie: string
  readonly token: string
  readonly headers: Readonly<Record<string, string>>
}

export async function logIn(url: string, admin: { email: string; password: string } | undefined): Promise<AgentLogin> {
  const login = await call(`${url}/api/agent/login`, { body: { ...admin } })
  const cookie = login.headers
    .getSetCookie()
    .map((value) => value.split(';')[0])
    .join('; ')
  const { body } = await call(`${url}/api/agent/token`, { method: 'POST', headers: { cookie } })
  const token = asString(body['agentToken']) ?? ''
  return { cookie, token, userId: asString(body['userId']) ?? '', headers: { 'x-agent-token': token } }
}
