import type { SimRandom } from '@helvino/testkit'

/** What one side has been told so far: its own token, conversation and ids. */
export interface Known {
  token: string
  conversationId: string
}

/** A request as it is drawn, before either side's token and ids are put in. */
export interface DrawnRequest {
  readonly method: 'GET' | 'POST'
  readonly path: (known: Known) => string
  readonly headers: (known: Known) => Readonly<Record<string, string>>
  readonly body?: string
}

const json = { 'content-type': 'application/json' }

const contents: readonly unknown[] = ['hello', 'hello', '', '  ', 'x'.repeat(8_001), 7, undefined, 'half \ud83d a pair']
const keys: readonly unknown[] = ['k1', 'k1', 'k2', 'k3', undefined, '', 'not a key', 'k'.repeat(65), 7]
const roles: readonly unknown[] = ['user', 'user', 'user', undefined, 'agent', 'system', 7]
const queries = [
  '',
  '?after=0',
  '?after=1',
  '?after=99',
  '?before=2',
  '?limit=1',
  '?limit=0',
  '?after=-1',
  '?after=x',
  '?limit=1e3',
]

/** One of them, which may be `undefined`: then it is left out. */
const any = (random: SimRandom, items: readonly unknown[]): unknown => items[random.whole(0, items.length - 1)]

/** One request of a visitor, right or wrong in one of many ways. */
export function drawRequest(random: SimRandom, secret: string): DrawnRequest {
  const org = { 'x-org-key': random.pick(['demo', 'demo', 'demo', 'demo', 'demo', 'nobody']) }
  const visitor = { 'x-visitor-id': random.pick([secret, secret, secret, secret, secret, 'v_short', `${secret}0`]) }
  const token = random.pick(['own', 'own', 'own', 'own', 'own', 'garbage', 'none', 'cut'])
  const headers = ({ token: own }: Known) => ({
    ...org,
    ...visitor,
    ...(token === 'none' ? {} : { 'x-org-token': { own, garbage: 'a.b.c', cut: own.slice(0, -1) }[token] ?? own }),
  })
  const messages = ({ conversationId }: Known) => `/conversations/${conversationId}/messages`
  const message = () => ({
    role: any(random, roles),
    content: any(random, contents),
    clientMessageId: any(random, keys),
  })
  switch (
    random.pick(['boot', 'open', 'list', 'post', 'post', 'post', 'post', 'batch', 'batch', 'page', 'page', 'odd'])
  ) {
    case 'boot':
      return { method: 'GET', path: () => '/api/bootloader', headers: () => ({ ...org, ...visitor }) }
    case 'open':
      return {
        method: 'POST',
        path: () => '/conversations',
        headers: (known) => ({ ...json, ...headers(known) }),
        body: '{}',
      }
    case 'list':
      return { method: 'GET', path: () => '/conversations', headers }
    case 'batch': {
      const several = Array.from({ length: random.pick([0, 1, 2, 3, 51]) }, message)
      const body = JSON.stringify({ messages: random.isHit(0.1) ? 'none' : several })
      return {
        method: 'POST',
        path: (known) => `${messages(known)}/batch`,
        headers: (known) => ({ ...json, ...headers(known) }),
        body,
      }
    }
    case 'page': {
      const query = random.pick(queries)
      return { method: 'GET', path: (known) => messages(known) + query, headers }
    }
    case 'odd':
      return drawOdd(random, headers, messages)
    default: {
      const key = random.pick([{}, {}, {}, { 'idempotency-key': 'k1' }, { 'idempotency-key': 'not a key' }])
      const body = JSON.stringify(message())
      return { method: 'POST', path: messages, headers: (known) => ({ ...json, ...key, ...headers(known) }), body }
    }
  }
}

/** What no client of ours sends. */
function drawOdd(random: SimRandom, headers: DrawnRequest['headers'], messages: DrawnRequest['path']): DrawnRequest {
  const text = { 'content-type': 'text/plain' }
  return random.pick<DrawnRequest>([
    { method: 'GET', path: () => '/nowhere', headers },
    { method: 'POST', path: () => '/api/bootloader', headers },
    { method: 'GET', path: () => '/conversations/not%20an%20id/messages', headers },
    { method: 'GET', path: () => '/conversations/6b0d3c9e-0000-4000-8000-000000000000/messages', headers },
    { method: 'POST', path: messages, headers: (known) => ({ ...json, ...headers(known) }), body: '{' },
    { method: 'POST', path: messages, headers: (known) => ({ ...json, ...headers(known) }), body: '[]' },
    { method: 'POST', path: messages, headers: (known) => ({ ...text, ...headers(known) }), body: 'hello' },
    {
      method: 'POST',
      path: messages,
      headers: (known) => ({ ...json, ...headers(known) }),
      body: `"${'x'.repeat(70_000)}"`,
    },
    { method: 'POST', path: () => '/conversations', headers },
    { method: 'GET', path: () => '/api/agent/conversations', headers },
  ])
}
