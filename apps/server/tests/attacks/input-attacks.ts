import { gzipSync } from 'node:zlib'
import { limits } from '@helvino/protocol'
import { call } from '../api-client.ts'
import { ask, attacks, changes, postAs, sendRaw } from './attack.ts'
import type { Stage } from './stage.ts'

const ours = (stage: Stage) => stage.ours.visitors[0]

const body =
  (value: unknown, headers: Readonly<Record<string, string>> = {}) =>
  (stage: Stage) =>
    postAs(stage, ours(stage), headers, value)

const content = (value: unknown) => body({ role: 'user', content: value })
const bodyOf = (more: object) => body({ role: 'user', content: 'hello', ...more })
const page = (query: string) => (stage: Stage) =>
  ask(stage, `/conversations/${ours(stage).conversationId}/messages?${query}`, { headers: ours(stage).headers })
const path = (address: string) => (stage: Stage) =>
  sendRaw(stage, [`GET ${address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`])
const raw =
  (...parts: readonly string[]) =>
  (stage: Stage) =>
    sendRaw(stage, parts)

const invalid = '400 request_invalid'
const badContent = '422 content_invalid'

const bodies = attacks(
  ['input-01', 'no body', invalid, (stage) => postAs(stage, ours(stage), {}, '')],
  ['input-02', 'half of a body', invalid, body('{"role":"user","content":"')],
  ['input-03', 'a list', invalid, body([])],
  ['input-04', 'null', invalid, body('null')],
  ['input-05', 'a text', invalid, body('"hello"')],
  ['input-06', 'a number beyond every number', invalid, body('1e999')],
  ['input-07', 'a body larger than bodies are', '413 body_too_large', content('x'.repeat(limits.bodyBytes))],
  ['input-08', '30,000 brackets', invalid, body('['.repeat(30_000))],
  ['input-09', '10,000 objects in each other', badContent, body(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)],
  [
    'input-10',
    'a form',
    '415 media_type_unsupported',
    body('content=hello', { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  [
    'input-11',
    'plain text, which no preflight asks for',
    '415 media_type_unsupported',
    body('{"content":"hello"}', { 'content-type': 'text/plain' }),
  ],
  [
    'input-12',
    'XML with an entity',
    '415 media_type_unsupported',
    body('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', { 'content-type': 'application/xml' }),
  ],
  ['input-13', 'a body that inflates', invalid, inflating],
  ['input-14', 'the key twice', '201', body('{"role":"user","content":"a","content":"hello"}'), changes],
)

const contents = attacks(
  ['input-15', 'an empty text', badContent, content('')],
  ['input-16', 'only spaces', badContent, content(' \n\t ')],
  ['input-17', 'a longer text than texts are', badContent, content('x'.repeat(limits.contentLength + 1))],
  ['input-18', 'a text that is a number', badContent, content(1)],
  ['input-19', 'a text that is an object', badContent, content({ $gt: '' })],
  ['input-20', 'a text that is a list', badContent, content(['a'])],
  ['input-21', 'a text that says it is long', badContent, content({ length: 5, toString: 'x' })],
  ['input-22', 'half of a pair', '201 well-formed', (stage) => postedText(stage, 'a\ud800b'), changes],
  [
    'input-23',
    'the character that ends a text in C',
    '201 well-formed',
    (stage) => postedText(stage, 'a\u0000b'),
    changes,
  ],
  ['input-24', 'an agent', '422 role_invalid', bodyOf({ role: 'agent' })],
  ['input-25', 'the system', '422 role_invalid', bodyOf({ role: 'system' })],
  ['input-26', 'a role that is an object', '422 role_invalid', bodyOf({ role: {} })],
  ['input-27', 'a key with a path in it', invalid, bodyOf({ clientMessageId: '../../x' })],
  ['input-28', 'a key of 65 characters', invalid, bodyOf({ clientMessageId: 'x'.repeat(65) })],
  ['input-29', 'a key that is an object', invalid, bodyOf({ clientMessageId: { $ne: 1 } })],
  [
    'input-30',
    'two keys that differ',
    invalid,
    body({ role: 'user', content: 'a', clientMessageId: 'one' }, { 'idempotency-key': 'two' }),
  ],
  [
    'input-31',
    'a batch without an end',
    invalid,
    (stage) => batch(stage, Array(51).fill({ role: 'user', content: 'a' })),
  ],
  ['input-32', 'a batch that says it is long', invalid, (stage) => batch(stage, { length: 50 })],
  [
    'input-33',
    'a batch with one key twice',
    invalid,
    (stage) => batch(stage, Array(2).fill({ role: 'user', content: 'a', clientMessageId: 'same' })),
  ],
)

/** Fields that only the server sets: they are left aside, and what is stored has its own. */
const assigned = attacks(
  [
    'input-34',
    'an id, a sequence, a time and an organisation of their choice',
    '201 with its own',
    (stage) =>
      postedWith(stage, {
        id: 'mine',
        sequence: 9_999,
        timestamp: '1970-01-01T00:00:00.000Z',
        orgId: stage.theirs.id,
        conversationId: stage.theirs.visitors[0].conversationId,
      }),
    changes,
  ],
  [
    'input-35',
    'a kind and attachments of their choice',
    '201 with its own',
    (stage) =>
      postedWith(stage, { kind: 'note', attachments: [{ url: stage.canary.url }], authorId: stage.ours.admin.userId }),
    changes,
  ],
  [
    'input-36',
    'a prototype',
    '201 with its own',
    (stage) =>
      postedWith(
        stage,
        JSON.parse('{"__proto__":{"role":"agent"},"constructor":{"prototype":{"isAdmin":true}}}') as object,
      ),
    changes,
  ],
)

const addresses = attacks(
  ['input-37', 'a page of no number', invalid, page('after=x')],
  ['input-38', 'a page of a negative number', invalid, page('after=-1')],
  ['input-39', 'a page beyond every number', invalid, page('after=99999999999999999999')],
  ['input-40', 'a page given twice', invalid, page('after=1&after=2')],
  ['input-41', 'a page as an object', '200', page('after[$gt]=1')],
  ['input-42', 'SQL for a page', invalid, page("after=1'%20OR%20'1'='1")],
  ['input-43', 'a limit of a million', '200', page('limit=1000000')],
  [
    'input-44',
    'a thousand parameters',
    '200',
    page(Array.from({ length: 1_000 }, (_, at) => `p${String(at)}=1`).join('&')),
  ],
  ['input-45', 'an address that cannot be decoded', '400', path('/conversations/%E0%A4%A/messages')],
  ['input-46', 'a way up out of the pages', '404', path('/assets/../../../../etc/passwd')],
  ['input-47', 'a way up, encoded', '404', path('/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd')],
  ['input-48', 'a way up, encoded twice', '404', path('/assets/%252e%252e%252fetc%252fpasswd')],
  ['input-49', 'a way up through the manual', '404', path('/docs/..%2f..%2f..%2fpackage.json')],
  ['input-50', 'the character that ends a path in C', '404', path('/assets/embed.js%00.txt')],
  ['input-51', 'an id of 5,000 characters', '404', path(`/conversations/${'x'.repeat(5_000)}/messages`)],
  ['input-52', 'an address of 20,000 characters', '431', path(`/${'x'.repeat(20_000)}`)],
  ['input-53', 'a dot file', '404', path('/.git/config')],
)

const requests = attacks(
  [
    'input-54',
    'two lengths',
    '400',
    raw('POST /conversations HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'),
  ],
  [
    'input-55',
    'a length and chunks, as smugglers send them',
    '400',
    raw(
      'POST /conversations HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    ),
  ],
  [
    'input-56',
    'a negative length',
    '400',
    raw('POST /conversations HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'),
  ],
  [
    'input-57',
    'a header with a line of its own',
    '400',
    raw('GET / HTTP/1.1\r\nHost: x\r\nX-A: b\n c\r\nBad Header: x\r\n\r\n'),
  ],
  ['input-58', 'no host', '400', raw('GET / HTTP/1.1\r\n\r\n')],
  ['input-59', 'headers of 100 kB', '431', raw(`GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(100_000)}\r\n\r\n`)],
  ['input-60', '5,000 headers', '431', raw(`GET / HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(5_000)}\r\n`)],
  ['input-61', 'no HTTP', '400', raw('\u0016\u0003\u0001\u0002 hello\r\n\r\n')],
  ['input-62', 'a method that is none', '400', raw('EVIL / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['input-63', 'TRACE', '404', raw('TRACE / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['input-64', 'a tunnel', 'closed', raw('CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n')],
  [
    'input-65',
    'another method in a header',
    '404 not_found',
    (stage) =>
      ask(stage, '/api/agent/replies/x', {
        method: 'POST',
        headers: { ...stage.ours.admin.headers, 'x-http-method-override': 'DELETE' },
        body: {},
      }),
  ],
)

function inflating(stage: Stage): Promise<string> {
  const { conversationId, headers } = ours(stage)
  const packed = gzipSync(Buffer.alloc(50_000_000, 32))
  const lines = Object.entries({ ...headers, 'content-type': 'application/json', 'content-encoding': 'gzip' })
  const head = [
    `POST /conversations/${conversationId}/messages HTTP/1.1`,
    'Host: 127.0.0.1',
    ...lines.map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${String(packed.length)}`,
    '',
    '',
  ]
  return sendRaw(stage, [head.join('\r\n'), packed]).then((status) => (status === '400' ? invalid : status))
}

const batch = (stage: Stage, messages: unknown) =>
  ask(stage, `/conversations/${ours(stage).conversationId}/messages/batch`, {
    headers: ours(stage).headers,
    body: { messages },
  })

/** What is stored of a text that no database could keep as it came. */
async function postedText(stage: Stage, text: string): Promise<string> {
  const { status, body: stored } = await callPost(stage, { content: text })
  const kept = String(stored['content'])
  return `${String(status)} ${kept.isWellFormed() && !kept.includes('\0') ? 'well-formed' : 'as it came'}`
}

async function postedWith(stage: Stage, more: object): Promise<string> {
  const { conversationId } = ours(stage)
  const posted = await callPost(stage, more)
  const { id, sequence, role, kind, attachments, conversationId: where, timestamp } = posted.body
  const isOwn =
    id !== 'mine' && Number(sequence) < 1_000 && role === 'user' && kind === 'text' && where === conversationId
  const isNow = Math.abs(Date.parse(String(timestamp)) - Date.now()) < 3_600_000
  return `${String(posted.status)} ${isOwn && isNow && JSON.stringify(attachments) === '[]' ? 'with its own' : 'with theirs'}`
}

const callPost = (stage: Stage, more: object) =>
  call(`${stage.url}/conversations/${ours(stage).conversationId}/messages`, {
    headers: ours(stage).headers,
    body: { role: 'user', content: 'hello', ...more },
  })

export const inputAttacks = [...bodies, ...contents, ...assigned, ...addresses, ...requests]
