import { limits } from '@helvino/protocol'
import { attacks, frames, helloOf, sendRaw } from './attack.ts'
import type { Stage } from './stage.ts'

const ours = (stage: Stage) => stage.ours.visitors[0]
const hello = (stage: Stage, more: object = {}) => ({ ...helloOf(ours(stage)), ...more })

/** The visitor is let in, then sends these. */
const after =
  (...sent: readonly (object | string)[]) =>
  (stage: Stage) =>
    frames(stage, hello(stage), sent)

const first =
  (sent: object | string) =>
  (stage: Stage): Promise<string> =>
    frames(stage, undefined, [sent])

const greet =
  (more: object) =>
  (stage: Stage): Promise<string> =>
    frames(stage, hello(stage, more))

const upgrade = (lines: readonly string[], path = '/realtime') =>
  [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket', ...lines, '', ''].join(
    '\r\n',
  )
const handshake = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']

/** One frame of a client by hand (RFC 6455 section 5.2), after a real handshake: what comes back first is the handshake's answer. */
const rawFrame = (bytes: readonly number[]) => (stage: Stage) =>
  sendRaw(stage, [upgrade(handshake), Buffer.from(bytes)])

const badFrame = 'closed 4400'

/** Sockets: what is said before anybody is let in, by whom it is said, and what it says. */
export const frameAttacks = attacks(
  [
    'ws-01',
    'a page of another site',
    'closed 4403',
    (stage) => frames(stage, hello(stage), [], { origin: 'https://evil.example' }),
  ],
  [
    'ws-02',
    "an agent's socket from another site",
    'closed 4403',
    (stage) =>
      frames(stage, { type: 'hello', protocol: 1, agentToken: stage.ours.admin.token }, [], {
        origin: 'https://evil.example',
      }),
  ],
  [
    'ws-03',
    'a page without an origin of its own',
    'closed 4403',
    (stage) => frames(stage, hello(stage), [], { origin: 'null' }),
  ],
  [
    'ws-04',
    'the login cookie instead of a token',
    badFrame,
    (stage) => frames(stage, { type: 'hello', protocol: 1 }, [], { cookie: stage.ours.admin.cookie }),
  ],
  ['ws-05', 'a token in the address only', badFrame, (stage) => frames(stage, { type: 'hello', protocol: 1 }, [])],
  ['ws-06', 'typing before hello', badFrame, first({ type: 'typing', conversationId: 'c' })],
  ['ws-07', 'a ping before hello', badFrame, first({ type: 'ping' })],
  ['ws-08', 'a renewal before hello', badFrame, first({ type: 'renew', token: 'x' })],
  ['ws-09', 'hello twice', badFrame, (stage) => frames(stage, hello(stage), [hello(stage)])],
  [
    'ws-10',
    "a visitor's token as an agent's",
    'closed 4401',
    (stage) => frames(stage, { type: 'hello', protocol: 1, agentToken: ours(stage).token }),
  ],
  [
    'ws-11',
    "an agent's token as a visitor's",
    'closed 4401',
    (stage) => frames(stage, { type: 'hello', protocol: 1, orgToken: stage.ours.admin.token }),
  ],
  ['ws-12', 'a forged token', 'closed 4401', greet({ orgToken: 'a.b.c' })],
  ['ws-13', 'no token', badFrame, greet({ orgToken: undefined })],
  ['ws-14', 'a token that is an object', badFrame, greet({ orgToken: { length: 9 } })],
  [
    'ws-15',
    'a renewal into another visitor',
    'closed 4401',
    (stage) => frames(stage, hello(stage), [{ type: 'renew', token: stage.ours.visitors[1].token }]),
  ],
  [
    'ws-16',
    'a renewal into another organisation',
    'closed 4401',
    (stage) => frames(stage, hello(stage), [{ type: 'renew', token: stage.theirs.visitors[0].token }]),
  ],
  [
    'ws-17',
    'a renewal into an agent',
    'closed 4401',
    (stage) => frames(stage, hello(stage), [{ type: 'renew', token: stage.ours.admin.token }]),
  ],
  ['ws-18', 'a forged renewal', 'closed 4401', after({ type: 'renew', token: 'a.b.c' })],
  [
    'ws-19',
    'typing into a foreign conversation',
    'open',
    (stage) =>
      frames(stage, hello(stage), [{ type: 'typing', conversationId: stage.theirs.visitors[0].conversationId }]),
  ],
  [
    'ws-20',
    "typing into a neighbour's conversation",
    'open',
    (stage) => frames(stage, hello(stage), [{ type: 'typing', conversationId: stage.ours.visitors[1].conversationId }]),
  ],
  ['ws-21', 'a message that only the server may tell', badFrame, after({ type: 'message', message: { content: 'x' } })],
  ['ws-22', 'a note that only the server may tell', badFrame, after({ type: 'note', note: {} })],
  [
    'ws-23',
    'a conversation that only the server may tell',
    badFrame,
    after({ type: 'conversation', conversation: {} }),
  ],
  ['ws-24', 'ready by the client', badFrame, after({ type: 'ready' })],
  ['ws-25', 'an unknown frame', badFrame, after({ type: 'admin' })],
  ['ws-26', 'a type from the prototype', badFrame, after({ type: 'constructor' })],
  ['ws-27', 'a type that is an array', badFrame, after({ type: ['ping'] })],
  ['ws-28', 'no JSON', badFrame, after('hello')],
  ['ws-29', 'an empty frame', badFrame, after('')],
  ['ws-30', 'null', badFrame, after('null')],
  ['ws-31', 'a number', badFrame, after('1e999')],
  ['ws-32', 'a list', badFrame, after('[]')],
  ['ws-33', '20,000 brackets', badFrame, after('['.repeat(20_000))],
  ['ws-34', '8,000 objects in each other', badFrame, after(`${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}`)],
  ['ws-35', 'a prototype in the frame', badFrame, after('{"__proto__":{"type":"ping"},"constructor":{}}')],
  [
    'ws-36',
    'a frame larger than frames are',
    'closed 1009',
    after(JSON.stringify({ type: 'ping', x: 'x'.repeat(limits.frameBytes) })),
  ],
  [
    'ws-37',
    'more conversations than hello may name',
    badFrame,
    greet({
      conversations: Array.from({ length: limits.helloConversations + 1 }, (_, at) => ({
        id: `c${String(at)}`,
        after: 0,
      })),
    }),
  ],
  ['ws-38', 'one conversation many times', badFrame, greet({ conversations: Array(9).fill({ id: 'c1', after: 0 }) })],
  ['ws-39', 'a list that says it is long', badFrame, greet({ conversations: { length: 1e9 } })],
  ['ws-40', 'a resume point before the beginning', badFrame, greet({ conversations: [{ id: 'c1', after: -1 }] })],
  ['ws-41', 'a resume point of a fraction', badFrame, greet({ conversations: [{ id: 'c1', after: 0.5 }] })],
  ['ws-42', 'a resume point beyond every number', badFrame, greet({ conversations: [{ id: 'c1', after: 1e308 }] })],
  ['ws-43', 'an id with a path in it', badFrame, greet({ conversations: [{ id: '../x', after: 0 }] })],
  ['ws-44', 'a protocol of another kind', 'open', greet({ protocol: { valueOf: 1 } })],
  ['ws-45', 'an upgrade elsewhere', '404', (stage) => sendRaw(stage, [upgrade(handshake, '/conversations')])],
  ['ws-46', 'an upgrade without a key', '400', (stage) => sendRaw(stage, [upgrade(['Sec-WebSocket-Version: 13'])])],
  [
    'ws-47',
    'a key of the wrong length',
    '400',
    (stage) => sendRaw(stage, [upgrade(['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: short'])]),
  ],
  [
    'ws-48',
    'a version that is none',
    '400',
    (stage) => sendRaw(stage, [upgrade(['Sec-WebSocket-Version: 99', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='])]),
  ],
  [
    'ws-49',
    'a handshake with a thousand extensions',
    '101',
    (stage) =>
      sendRaw(stage, [upgrade([...handshake, `Sec-WebSocket-Extensions: ${Array(1_000).fill('x; y=1').join(', ')}`])]),
  ],
  [
    'ws-50',
    'compression that inflates without end',
    '101',
    (stage) =>
      sendRaw(stage, [
        upgrade([...handshake, 'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=15']),
      ]),
  ],
  ['ws-51', 'a frame without a mask', '101', rawFrame([0x81, 0x02, 0x7b, 0x7d])],
  [
    'ws-52',
    'a frame that says it has 2^62 bytes',
    '101',
    rawFrame([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
  ],
  ['ws-53', 'a reserved opcode', '101', rawFrame([0x83, 0x80, 1, 2, 3, 4])],
  ['ws-54', 'a ping of 126 bytes', '101', rawFrame([0x89, 0xfe, 0, 126, 1, 2, 3, 4])],
  ['ws-55', 'text that is no UTF-8', '101', rawFrame([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])],
  ['ws-56', 'a frame in binary', badFrame, (stage) => binary(stage)],
  [
    'ws-57',
    '500 renewals at once',
    'open',
    (stage) => frames(stage, hello(stage), Array<object>(500).fill({ type: 'renew', token: ours(stage).token })),
    { requests: 500 },
  ],
  [
    'ws-58',
    '500 times typing at once',
    'open',
    (stage) =>
      frames(
        stage,
        hello(stage),
        Array<object>(500).fill({ type: 'typing', conversationId: ours(stage).conversationId }),
      ),
    { requests: 500 },
  ],
)

async function binary(stage: Stage): Promise<string> {
  const { default: WebSocket } = await import('ws')
  const socket = new WebSocket(`${stage.url.replace('http', 'ws')}/realtime`)
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.send(Buffer.from(JSON.stringify(hello(stage))))
    })
    socket.once('close', (code) => {
      resolve(`closed ${String(code)}`)
    })
  })
}
