import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeCodes, limits } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { Authenticate } from '../auth/authenticate.ts'
import type { Conversations } from '../conversations/conversations.ts'
import type { FanOut } from '../fan-out/contract.ts'
import { Listeners } from './listeners.ts'
import { Session } from './session.ts'
import type { SessionPorts } from './session-ports.ts'
import { sessionSocket } from './web-socket.ts'

const realtimePath = '/realtime'
/** Clients that lose this server return spread over so long, in ms. */
const restartSpreadMs = 2_000

export interface GatewayOptions {
  readonly clock: Clock
  readonly random: Random
  readonly conversations: Pick<Conversations, 'findConversation' | 'listMessages'>
  readonly fanOut: FanOut
  readonly authenticate: Authenticate
  readonly onFailure: (error: unknown) => void
}

export interface Gateway {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes every socket with a spread hint, and takes no more. */
  close(): void
}

/** What one session asks of the server: the same door, and the same rules, as HTTP. */
function conversationPorts({ authenticate, conversations }: GatewayOptions, request: IncomingMessage) {
  const { origin } = request.headers
  const fetchSite = request.headers['sec-fetch-site']
  return {
    authenticate(token, audience) {
      const credentials = {
        orgKey: undefined,
        siteId: undefined,
        orgToken: audience === 'visitor' ? token : undefined,
        agentToken: audience === 'agent' ? token : undefined,
        visitorId: undefined,
        origin,
        fetchSite: typeof fetchSite === 'string' ? fetchSite : undefined,
      }
      return authenticate(credentials, audience)
    },
    async findConversation(member, id) {
      const found = await conversations.findConversation(member, id)
      return found.kind === 'found' ? found.conversation : undefined
    },
    async listMessages(member, id, after) {
      const window = { after, before: undefined, limit: limits.pageMessages }
      const listed = await conversations.listMessages(member, id, window)
      return listed.kind === 'listed' ? listed.page : undefined
    },
  } satisfies Partial<SessionPorts>
}

/** Every socket of this process: upgrade, sessions, broadcast of committed events, and the orderly end. */
export function createGateway(options: GatewayOptions): Gateway {
  const { clock, random, fanOut, onFailure } = options
  const listeners = new Listeners()
  const sessions = new Set<Session>()
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
  })
  const unsubscribe = fanOut.subscribe((event) => {
    listeners.deliver(event)
  })
  let isClosing = false

  function open(webSocket: WebSocket, raw: Duplex, request: IncomingMessage): void {
    let leave = () => {}
    const session = new Session(sessionSocket(webSocket, raw, clock), {
      ...conversationPorts(options, request),
      clock,
      onJoined(member) {
        leave = listeners.add(member, session)
      },
      onClosed() {
        leave()
        sessions.delete(session)
      },
      onFailure,
    })
    sessions.add(session)
    webSocket.on('message', (bytes: RawData, isBinary) => {
      if (isBinary) session.close(closeCodes.badFrame, 'frames are text')
      // The default binary type is one Buffer for each message.
      else session.receive((bytes as Buffer).toString('utf8'))
    })
    const onGone = () => {
      session.onGone()
    }
    webSocket.on('close', onGone)
    // A broken connection is no fault of the server; the client resumes on its next one.
    webSocket.on('error', onGone)
  }

  return {
    upgrade(request, socket, head) {
      if (isClosing || request.url?.split('?')[0] !== realtimePath) {
        const status = isClosing ? '503 Service Unavailable\r\nRetry-After: 2' : '404 Not Found'
        socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
        return
      }
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        open(webSocket, socket, request)
      })
    },
    close() {
      isClosing = true
      unsubscribe()
      for (const session of sessions) {
        const retryInMs = Math.round(random.fraction() * restartSpreadMs)
        session.close(closeCodes.restart, `retry-in-ms:${String(retryInMs)}`)
      }
      webSockets.close()
    },
  }
}
