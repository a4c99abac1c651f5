import type { Clock } from '@helvino/runtime'
import { WebSocket } from 'ws'
import { checkClock } from './check-database.ts'
import { askUrl } from './ask-url.ts'
import { type CheckName, type Finding, ok, skipped, wrong } from './finding.ts'

const handshakeMs = 5_000

/** Opens a socket as a page would, and closes it. Never rejects. */
function checkWebSocket(publicUrl: string): Promise<Finding> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${publicUrl.replace(/^http/, 'ws')}/realtime`, {
      origin: publicUrl,
      handshakeTimeout: handshakeMs,
    })
    socket.on('open', () => {
      resolve(ok('websocket', 'A WebSocket comes through.'))
      socket.close()
    })
    // An upgrade that is refused comes here too, with its status.
    socket.on('error', (error) => {
      resolve(
        wrong(
          'websocket',
          `No WebSocket comes through ${publicUrl} (${error.message}): messages would come by asking for them, later and at more cost.`,
          'Let the proxy pass the headers Upgrade and Connection on, over HTTP/1.1; docs/operating.md has a recipe.',
        ),
      )
      socket.terminate()
    })
  })
}

/** The server itself speaks no https: whatever does, or has another port, stands in front of it. */
function isDirect(publicUrl: string, port: number): boolean {
  const { protocol, port: publicPort } = new URL(publicUrl)
  return protocol === 'http:' && Number(publicPort || '80') === port
}

function checkForwarded({ publicUrl, port, declaredProxies }: Reached, forwarded: unknown): Finding {
  const count = typeof forwarded === 'number' ? forwarded : 0
  if (count === 0 && isDirect(publicUrl, port)) return ok('forwarded-for', 'No proxy stands in front.')
  if (count === 0)
    return wrong(
      'forwarded-for',
      `What stands at ${publicUrl} sends no X-Forwarded-For: all visitors seem to be one.`,
      'Let the proxy add the address of its caller to X-Forwarded-For; docs/operating.md has a recipe.',
    )
  if (declaredProxies !== count)
    return wrong(
      'forwarded-for',
      `X-Forwarded-For names ${count} callers on the way from ${publicUrl}, and TRUSTED_PROXIES is ${declaredProxies}.`,
      `Set TRUSTED_PROXIES to ${count}, where all of the proxies are yours.`,
    )
  return ok('forwarded-for', 'Every proxy says who its caller is.')
}

const others: readonly CheckName[] = ['websocket', 'forwarded-for']
const alone = (finding: Finding): readonly Finding[] => [
  finding,
  ...others.map((check) => skipped(check, 'The server is not reached by its public address.')),
]

interface Reached {
  readonly publicUrl: string
  /** Of the server itself. */
  readonly port: number
  /** `undefined`: nothing says how many there should be. */
  readonly declaredProxies: number
}

export interface PublicUrlOptions extends Omit<Reached, 'publicUrl'> {
  readonly publicUrl: string | undefined
  readonly installation: string | undefined
  readonly isRunning: boolean
  readonly clock: Clock
}

/** Whether a visitor's browser gets from `PUBLIC_URL` to this server, and with everything that it needs. */
export async function checkPublicUrl(options: PublicUrlOptions): Promise<readonly Finding[]> {
  const { publicUrl, installation, isRunning, clock } = options
  const none = (says: string) => (['public-url', ...others] as const).map((check) => skipped(check, says))
  if (publicUrl === undefined) return none('PUBLIC_URL is unset.')
  if (!isRunning) return none('The server does not run.')
  const beforeMs = clock.nowMs()
  const health = await askUrl(`${publicUrl}/healthz`)
  if (health.kind === 'unreachable')
    return alone(
      wrong(
        'public-url',
        `${publicUrl} cannot be reached from here: ${health.message}.`,
        'Look at the proxy, its certificate, the DNS and the firewall.',
      ),
    )
  const { status, body, dateMs } = health
  if (typeof body['installation'] !== 'string')
    return alone(
      wrong(
        'public-url',
        `${publicUrl} does not lead to this server: something else answers, with ${status}.`,
        'Let the proxy pass every path on to this server.',
      ),
    )
  if (installation !== undefined && body['installation'] !== installation)
    return alone(
      wrong(
        'public-url',
        `${publicUrl} leads to another installation, with other data.`,
        'Let the proxy pass requests on to this server, or correct PUBLIC_URL.',
      ),
    )
  return [
    ok('public-url', `${publicUrl} leads to this server.`),
    await checkWebSocket(publicUrl),
    checkForwarded({ ...options, publicUrl }, body['forwardedFor']),
    ...(dateMs === undefined ? [] : [checkClock(publicUrl, dateMs, beforeMs)]),
  ]
}
