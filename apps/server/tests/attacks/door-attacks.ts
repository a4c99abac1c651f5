import { asRecord, asString } from '@helvino/protocol'
import { type ApiRequest, call } from '../api-client.ts'
import { type Attack, ask, attacks, changes, outcomeOf, postAs } from './attack.ts'
import type { Stage } from './stage.ts'

const bootloader = (stage: Stage, headers: Readonly<Record<string, string>>) =>
  ask(stage, '/api/bootloader', { headers })

const fromOrigin =
  (origin: string | ((stage: Stage) => string), more: Readonly<Record<string, string>> = {}) =>
  (stage: Stage) =>
    bootloader(stage, {
      'x-org-key': stage.ours.key,
      origin: typeof origin === 'string' ? origin : origin(stage),
      ...more,
    })

const notAllowed = '403 origin_not_allowed'
const unknown = '404 not_found'

/** The bootloader: who is asked for, and from where. */
const bootloaderAttacks = attacks(
  ['bootloader-01', 'no organisation', unknown, (stage) => bootloader(stage, {})],
  [
    'bootloader-02',
    'an organisation that is not there',
    unknown,
    (stage) => bootloader(stage, { 'x-org-key': 'nobody' }),
  ],
  ['bootloader-03', 'SQL for a key', unknown, (stage) => bootloader(stage, { 'x-org-key': "' OR 1=1 --" })],
  [
    'bootloader-04',
    'a key of 10,000 characters',
    unknown,
    (stage) => bootloader(stage, { 'x-org-key': 'x'.repeat(10_000) }),
  ],
  [
    'bootloader-05',
    'the inner id instead of the key',
    unknown,
    (stage) => bootloader(stage, { 'x-org-key': stage.ours.id }),
  ],
  [
    'bootloader-06',
    'a key that is known and a site that is not',
    unknown,
    (stage) => bootloader(stage, { 'x-org-key': stage.ours.key, 'x-site-id': 'nobody' }),
  ],
  ['bootloader-07', 'a site that is allowed elsewhere', notAllowed, fromOrigin('https://theirs.example')],
  [
    'bootloader-08',
    'a name that begins like an allowed one',
    notAllowed,
    fromOrigin('https://ours.example.evil.example'),
  ],
  ['bootloader-09', 'a name that ends like an allowed one', notAllowed, fromOrigin('https://evil-ours.example')],
  ['bootloader-10', 'a name below an allowed one', notAllowed, fromOrigin('https://sub.ours.example')],
  ['bootloader-11', 'the allowed name without encryption', notAllowed, fromOrigin('http://ours.example')],
  ['bootloader-12', 'the allowed name on another port', notAllowed, fromOrigin('https://ours.example:8443')],
  ['bootloader-13', 'the allowed name with its port spelt out', notAllowed, fromOrigin('https://ours.example:443')],
  ['bootloader-14', 'the allowed name in capitals', notAllowed, fromOrigin('https://OURS.example')],
  ['bootloader-15', 'the allowed name with a dot behind it', notAllowed, fromOrigin('https://ours.example.')],
  ['bootloader-16', 'the allowed name with a slash behind it', notAllowed, fromOrigin('https://ours.example/')],
  ['bootloader-17', 'the allowed name as a user', notAllowed, fromOrigin('https://ours.example@evil.example')],
  ['bootloader-18', 'no origin of its own', notAllowed, fromOrigin('null')],
  ['bootloader-19', 'a scheme that is no page', notAllowed, fromOrigin('file://')],
  ['bootloader-20', 'a star', notAllowed, fromOrigin('*')],
  ['bootloader-21', 'two origins', notAllowed, fromOrigin('https://ours.example, https://evil.example')],
  ['bootloader-22', 'this machine, once the set-up is over', notAllowed, fromOrigin('http://localhost:3000')],
  ['bootloader-23', 'a letter that looks like another', notAllowed, fromOrigin('https://xn--urs-hmc.example')],
  [
    'bootloader-24',
    'no origin, from another site',
    notAllowed,
    (stage) => bootloader(stage, { 'x-org-key': stage.ours.key, 'sec-fetch-site': 'cross-site' }),
  ],
  [
    'bootloader-25',
    'a referrer instead of an origin',
    notAllowed,
    fromOrigin('https://evil.example', { referer: 'https://ours.example/' }),
  ],
  [
    'bootloader-26',
    'a host of their own',
    notAllowed,
    fromOrigin('https://evil.example', { 'x-forwarded-host': 'ours.example' }),
  ],
  ['bootloader-27', 'a name of 300 characters', notAllowed, fromOrigin(`https://${'a.'.repeat(150)}example`)],
  [
    'bootloader-28',
    'a secret that is none',
    '422 visitor_invalid',
    (stage) => bootloader(stage, { 'x-org-key': stage.ours.key, 'x-visitor-id': 'v_1' }),
  ],
  [
    'bootloader-29',
    'a public id as the secret',
    '422 visitor_invalid',
    (stage) => bootloader(stage, { 'x-org-key': stage.ours.key, 'x-visitor-id': stage.ours.publicVisitorId }),
  ],
  [
    'bootloader-30',
    'an answer that a cache may keep',
    'no-store',
    async (stage) => {
      const { headers } = await call(`${stage.url}/api/bootloader`, { headers: { 'x-org-key': stage.ours.key } })
      return headers.get('cache-control') ?? 'may be kept'
    },
  ],
)

/** Whatever the bootloader's answer is asked for, it never holds these. */
async function secretsIn(stage: Stage, headers: Readonly<Record<string, string>>): Promise<string> {
  const { text } = await call(`${stage.url}/api/bootloader`, { headers: { 'x-org-key': stage.ours.key, ...headers } })
  const { ours } = stage
  const secrets = [
    ours.visitors[0].secret,
    ours.mark,
    ours.adminLogin.email,
    ours.admin.userId,
    'ours.example',
    'secret',
  ]
  return secrets.filter((secret) => text.includes(secret)).join(' ') || 'nothing'
}

const unbound = async (stage: Stage): Promise<string> =>
  asString(
    (await call(`${stage.url}/api/bootloader`, { headers: { 'x-org-key': stage.ours.key } })).body['orgToken'],
  ) ?? ''

const asSomebody = async (
  stage: Stage,
  path: string,
  more: Readonly<Record<string, string>>,
  request: ApiRequest = {},
) =>
  ask(stage, path, {
    ...request,
    headers: { 'x-org-key': stage.ours.key, 'x-org-token': await unbound(stage), ...more },
  })

const first = (stage: Stage) => stage.ours.visitors[0]
const second = (stage: Stage) => stage.ours.visitors[1]

/** One visitor against another of the same organisation. */
const visitorAttacks = attacks(
  [
    'visitor-01',
    "somebody else's secret beside one's own token",
    '401 token_invalid',
    (stage) => postAs(stage, first(stage), { 'x-visitor-id': second(stage).secret }),
  ],
  [
    'visitor-02',
    'a public id beside a token that is bound to nobody',
    '422 visitor_invalid',
    (stage) => asSomebody(stage, '/conversations', { 'x-visitor-id': stage.ours.publicVisitorId }),
  ],
  [
    'visitor-03',
    'a list for nobody',
    '401 token_invalid',
    (stage) => asSomebody(stage, '/conversations', {}, { method: 'GET' }),
  ],
  [
    'visitor-04',
    "a neighbour's conversation",
    unknown,
    (stage) => ask(stage, `/conversations/${second(stage).conversationId}/messages`, { headers: first(stage).headers }),
  ],
  [
    'visitor-05',
    "a message into a neighbour's conversation",
    unknown,
    (stage) => postAs(stage, { ...first(stage), conversationId: second(stage).conversationId }),
  ],
  [
    'visitor-06',
    "a batch into a neighbour's conversation",
    '200 refused',
    (stage) => batchInto(stage, second(stage).conversationId),
  ],
  [
    'visitor-07',
    'reading on behalf of a neighbour',
    unknown,
    (stage) =>
      ask(stage, `/conversations/${second(stage).conversationId}/read`, {
        headers: first(stage).headers,
        body: { sequence: 1 },
      }),
  ],
  [
    'visitor-08',
    "waiting for a neighbour's messages",
    unknown,
    (stage) =>
      ask(stage, `/conversations/${second(stage).conversationId}/messages?after=0&waitMs=1000`, {
        headers: first(stage).headers,
      }),
  ],
  [
    'visitor-09',
    'a read mark far ahead',
    '200',
    (stage) =>
      ask(stage, `/conversations/${first(stage).conversationId}/read`, {
        headers: first(stage).headers,
        body: { sequence: Number.MAX_SAFE_INTEGER },
      }),
    changes,
  ],
  [
    'visitor-10',
    'a read mark that is a fraction',
    '400 request_invalid',
    (stage) =>
      ask(stage, `/conversations/${first(stage).conversationId}/read`, {
        headers: first(stage).headers,
        body: { sequence: 1.5 },
      }),
  ],
  [
    'visitor-11',
    'a message with a token that is bound to nobody',
    '401 token_invalid',
    (stage) =>
      asSomebody(
        stage,
        `/conversations/${first(stage).conversationId}/messages`,
        {},
        { body: { role: 'user', content: 'hello' } },
      ),
  ],
  [
    'visitor-12',
    'an identity that nobody signed',
    '403 identity_invalid',
    (stage) => bootloader(stage, { 'x-org-key': stage.ours.key, 'x-visitor-identity': 'a.b.c' }),
  ],
  [
    'visitor-13',
    'an identity with alg none',
    '403 identity_invalid',
    (stage) => bootloader(stage, { 'x-org-key': stage.ours.key, 'x-visitor-identity': identity({ alg: 'none' }) }),
  ],
  [
    'visitor-14',
    'an identity signed with the public key',
    '403 identity_invalid',
    (stage) =>
      bootloader(stage, { 'x-org-key': stage.ours.key, 'x-visitor-identity': `${identity({ alg: 'HS256' })}c2ln` }),
  ],
  [
    'visitor-15',
    'a secret in the answers',
    'nothing',
    (stage) => secretsIn(stage, { 'x-visitor-id': first(stage).secret }),
  ],
  [
    'visitor-16',
    'a secret in what agents see',
    'nothing',
    async (stage) => {
      const conversation = `/api/agent/conversations/${first(stage).conversationId}`
      const paths = ['/api/agent/conversations', `${conversation}/messages`, `${conversation}/visitor`]
      const texts = await Promise.all(
        paths.map(async (path) => (await call(`${stage.url}${path}`, { headers: stage.ours.admin.headers })).text),
      )
      return texts.some((text) => text.includes(first(stage).secret) || text.includes(first(stage).token))
        ? 'the secret'
        : 'nothing'
    },
    { requests: 4 },
  ],
  [
    'visitor-17',
    'a profile with a role in it',
    '200 as a visitor',
    async (stage) => {
      const { status, text } = await call(`${stage.url}/api/visitor`, {
        method: 'PUT',
        headers: second(stage).headers,
        body: { name: 'x', role: 'admin', visitorId: stage.ours.publicVisitorId, orgId: stage.theirs.id },
      })
      return `${String(status)} ${/admin|theirs/.test(text) ? 'as they said' : 'as a visitor'}`
    },
    changes,
  ],
)

const identity = (header: object): string =>
  `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from('{"sub":"ceo","exp":9999999999}').toString('base64url')}.`

async function batchInto(stage: Stage, conversationId: string): Promise<string> {
  const messages = [{ role: 'user', content: 'hello', clientMessageId: 'b1' }]
  const { status, body } = await call(`${stage.url}/conversations/${conversationId}/messages/batch`, {
    headers: first(stage).headers,
    body: { messages },
  })
  const [result] = Array.isArray(body['results']) ? (body['results'] as unknown[]) : []
  return asRecord(result)?.['code'] === 'not_found'
    ? `${String(status)} refused`
    : outcomeOf({ status, body, text: '', headers: new Headers() })
}

const keyed = (stage: Stage, key: string, content: string, visitor = first(stage)) =>
  call(`${stage.url}/conversations/${visitor.conversationId}/messages`, {
    headers: { ...visitor.headers, 'idempotency-key': key },
    body: { role: 'user', content },
  })

/** A key is a promise about one text in one conversation, and of nothing else. */
const idempotencyAttacks = attacks(
  [
    'idem-01',
    'a key with another text',
    '422 idempotency_mismatch',
    async (stage) => {
      await keyed(stage, 'idem-1', 'one')
      return outcomeOf(await keyed(stage, 'idem-1', 'two'))
    },
    changes,
  ],
  [
    'idem-02',
    "a neighbour's key",
    '201',
    async (stage) => {
      await keyed(stage, 'idem-2', 'mine', first(stage))
      return outcomeOf(await keyed(stage, 'idem-2', 'theirs', second(stage)))
    },
    changes,
  ],
  [
    'idem-03',
    "an agent's key by a visitor",
    '422 idempotency_mismatch',
    async (stage) => outcomeOf(await keyed(stage, 'answer-1', 'other')),
  ],
  [
    'idem-04',
    "an agent's key and text by a visitor",
    '422 idempotency_mismatch',
    async (stage) => outcomeOf(await keyed(stage, 'answer-1', `${stage.ours.mark} answer`)),
  ],
  [
    'idem-05',
    '50 times the same at once',
    '1 stored',
    async (stage) => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => keyed(stage, 'idem-5', 'once')))
      const ids = new Set(answers.map(({ body }) => asString(body['id'])))
      return `${String(ids.size)} stored`
    },
    { ...changes, requests: 50 },
  ],
  [
    'idem-06',
    '50 texts under one key at once',
    '1 stored, 49 refused',
    async (stage) => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) => keyed(stage, 'idem-6', `text ${String(at)}`)),
      )
      const stored = answers.filter(({ status }) => status === 201).length
      const refused = answers.filter(({ status }) => status === 422).length
      return `${String(stored)} stored, ${String(refused)} refused`
    },
    { ...changes, requests: 50 },
  ],
  [
    'idem-07',
    'a key of the prototype',
    '201',
    async (stage) => outcomeOf(await keyed(stage, '__proto__', 'hello')),
    changes,
  ],
  ['idem-08', 'an empty key', '400 request_invalid', async (stage) => outcomeOf(await keyed(stage, '', 'hello'))],
  [
    'idem-09',
    'a conversation opened twice with one key',
    '1 opened',
    async (stage) => {
      const open = () =>
        call(`${stage.url}/conversations`, {
          method: 'POST',
          headers: { ...first(stage).headers, 'idempotency-key': 'open-1' },
        })
      const answers = await Promise.all(Array.from({ length: 20 }, open))
      // The attacks before this one have used up a part of the visitor's budget.
      const served = answers.filter(({ status }) => status !== 429)
      return `${String(new Set(served.map(({ body }) => asString(body['id']))).size)} opened`
    },
    { requests: 20 },
  ],
)

export const doorAttacks: readonly Attack[] = [...bootloaderAttacks, ...visitorAttacks, ...idempotencyAttacks]
