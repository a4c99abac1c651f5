import { connect } from 'node:net'
import { asString, protocolNumber } from '@helvino/protocol'
import { type ApiAnswer, type ApiRequest, call, type Visitor } from '../api-client.ts'
import { SocketClient } from '../socket-client.ts'
import type { Stage } from './stage.ts'

/** One thing that somebody tries, and what must come of it. */
export interface Attack {
  /** `token-07`; never given to another attack. */
  readonly id: string
  readonly tries: string
  /** `401 token_invalid`, `closed 4400`, or in words. */
  readonly expected: string
  readonly run: (stage: Stage) => Promise<string>
  /** It is allowed to do something to its own organisation: what is refused changes nothing. */
  readonly changesOurs?: true
  /** How many requests or frames it is, where it is more than one. */
  readonly requests?: number
  /** A password is hashed, on threads of its own: the time of the processor says nothing of the event loop then. */
  readonly hashes?: true
}

type AttackRow = readonly [
  id: Attack['id'],
  tries: Attack['tries'],
  expected: Attack['expected'],
  run: Attack['run'],
  more?: Pick<Attack, 'changesOurs' | 'requests' | 'hashes'>,
]

export const attacks = (...rows: readonly AttackRow[]): readonly Attack[] =>
  rows.map(([id, tries, expected, run, more]) => ({ id, tries, expected, run, ...more }))

export const hashes = { hashes: true } as const

/** What is accepted may change the attacker's own organisation. */
export const changes = { changesOurs: true } as const

/** `status code` of a refusal, else the status alone. */
export const outcomeOf = ({ status, body }: ApiAnswer): string => {
  const code = asString(body['code'])
  return code === undefined ? String(status) : `${String(status)} ${code}`
}

export const ask = async (stage: Stage, path: string, request: ApiRequest = {}): Promise<string> =>
  outcomeOf(await call(`${stage.url}${path}`, request))

/** Posts one message as this visitor, with what is changed of the headers and of the body. */
export const postAs = (
  stage: Stage,
  visitor: Visitor,
  headers: Readonly<Record<string, string>> = {},
  body: unknown = { role: 'user', content: 'hello' },
): Promise<string> =>
  ask(stage, `/conversations/${visitor.conversationId}/messages`, {
    method: 'POST',
    headers: { ...visitor.headers, ...headers },
    body,
  })

/** Says hello and sends the frames: how the socket ends, or `open` where it is alive once all of them were heard. */
export async function frames(
  stage: Stage,
  hello: object | string | undefined,
  sent: readonly (object | string)[] = [],
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const socket = new SocketClient(stage.url, headers)
  const ended = socket.closed.then(({ code }) => `closed ${String(code)}`)
  const hear = (wanted: string) =>
    Promise.race([
      ended,
      socket
        .until(({ type }) => type === wanted)
        .then(
          () => 'open',
          () => 'silent',
        ),
    ])
  try {
    await socket.opened
    if (hello !== undefined) {
      socket.send(hello)
      const admitted = await hear('ready')
      if (admitted !== 'open') return admitted
    }
    for (const frame of sent) socket.send(frame)
    // The server hears frames in their order: its answer to this one comes after all of them. A renewal takes its time and has its own.
    if (hello !== undefined) socket.send({ type: 'ping' })
    return await hear(sent.some((frame) => typeof frame !== 'string' && 'token' in frame) ? 'renewed' : 'pong')
  } catch (error) {
    return error instanceof Error ? error.message : 'failed'
  } finally {
    socket.close()
  }
}

export const helloOf = (visitor: Visitor) => ({ type: 'hello', protocol: protocolNumber, orgToken: visitor.token })

/** Bytes as they are, over a connection of their own: the first line of what comes back, or `closed` where nothing does. */
export function sendRaw({ url }: Stage, parts: readonly (string | Buffer)[], waitMs = 5_000): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    let got = ''
    const end = (outcome: string) => {
      clearTimeout(late)
      socket.destroy()
      resolve(outcome)
    }
    const late = setTimeout(() => {
      end('silent')
    }, waitMs)
    socket.setEncoding('utf8').on('data', (text: string) => {
      got += text
      if (got.includes('\r\n')) end(/^HTTP\/1\.1 (\d+)/.exec(got)?.[1] ?? 'no http')
    })
    socket.on('error', () => {
      end('closed')
    })
    socket.on('close', () => {
      end('closed')
    })
    for (const part of parts) socket.write(part)
  })
}
