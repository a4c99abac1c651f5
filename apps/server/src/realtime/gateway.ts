import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeCodes, limits, type Sequence } from '@helvino/protocol'
import type { Clock, Random } from '@helvino/runtime'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { Authenticate, Recheck } from '../auth/authenticate.ts'
import type { Conversations } from '../conversations/conversations.ts'
import type { FanOut } from '../fan-out/contract.ts'
import { Listeners } from './listeners.ts'
import { RawConnections } from './raw-connections.ts'
import { Rechecks } from './rechecks.ts'
import { Session } from './session.ts'
import type { SessionPorts } from './session-ports.ts'
import { cutLater, sessionSocket } from './web-socket.ts'

const realtimePath = '/realtime'
/** Clients that lose this server return spread over so long, in ms. */
const restartSpreadMs = 2_000

export interface GatewayOptions {
  readonly clock: Clock
  readonly random: Random
  readonly conversations: Pick<Conversations, 'findConversation' | 'listMessages'>
  readonly fanOut: FanOut
  readonly authenticate: Authenticate
  readonly recheck: Recheck
  readonly onFailure: (error: unknown) => void
}

export interface Gateway {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes every socket with a spread hint, and takes no more. */
  close(): void
  /** Cuts what is still open, whatever state it is in. */
  cut(): void
}

/** What a request must ask to be handed to the gateway; every other `Upgrade`, `h2c` say, is left aside (RFC 9110 section 7.8). */
export const asksForWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket'

/** What one session asks of the server: the same door, and the same rules, as HTTP. */
function conversationPorts({ authenticate, recheck, conversations }: GatewayOptions, request: IncomingMessage) {
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
    recheck,
    async findConversation(member, id) {
      const found = await conversations.findConversation(member, id)
      return found.kind === 'found' ? found.conversation : undefined
    },
    async listMessages(member, id, after) {
      const window = { after, before: undefined, limit: limits.pageMessages }
      const listed = await conversations.listMessages(member, id, window)
      return listed.kind === 'listed' ? listed.page : undefined
    },
    async findMessageId(member, id, sequence) {
      const window = { after: (sequence - 1) as Sequence, before: undefined, limit: 1 }
      const listed = await conversations.listMessages(member, id, window)
      return listed.kind === 'listed' ? listed.page.messages[0]?.id : undefined
    },
  } satisfies Partial<SessionPorts>
}

/** What comes from the socket goes to the session, until either ends. */
function connect(webSocket: WebSocket, session: Session, clock: Clock): void {
  webSocket.on('message', (bytes: RawData, isBinary) => {
    if (isBinary) session.close(closeCodes.badFrame, 'frames are text')
    // The default binary type is one Buffer for each message.
    else session.receive((bytes as Buffer).toString('utf8'))
  })
  webSocket.on('close', () => {
    session.onGone()
  })
  // A broken connection or frame is no fault of the server; the client resumes on its next one.
  webSocket.on('error', () => {
    session.onGone()
    cutLater(webSocket, clock)
  })
}

/** Has clients come back by themselves, spread; what they have missed they resume by sequence. */
function closeForNow(sessions: Iterable<Session>, random: Random): void {
  for (const session of sessions) {
    const retryInMs = Math.round(random.fraction() * restartSpreadMs)
    session.close(closeCodes.restart, `retry-in-ms:${String(retryInMs)}`)
  }
}

/** Every socket of this process: upgrade, sessions, broadcast of committed events, and the orderly end. */
export function createGateway(options: GatewayOptions): Gateway {
  const { clock, random, fanOut, onFailure } = options
  const listeners = new Listeners()
  const sessions = new Set<Session>()
  const rechecks = new Rechecks(clock)
  const connections = new RawConnections()
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
  })
  const unsubscribe = fanOut.subscribe((event) => {
    listeners.deliver(event)
  })
  const sendBack = () => {
    closeForNow(sessions, random)
  }
  const unsubscribeLoss = fanOut.onLoss(sendBack)
  let isClosing = false

  function open(webSocket: WebSocket, raw: Duplex, request: IncomingMessage): void {
    let leave = () => {}
    const session = new Session(sessionSocket(webSocket, raw, clock), {
      ...conversationPorts(options, request),
      clock,
      onJoined(member) {
        leave = listeners.add(member, session)
        rechecks.add(session)
      },
      onClosed() {
        leave()
        rechecks.remove(session)
        sessions.delete(session)
      },
      onFailure,
    })
    sessions.add(session)
    connect(webSocket, session, clock)
  }

  return {
    upgrade(request, socket, head) {
      connections.add(socket)
      // Node before 24.9 hands over every `Upgrade`, whatever it asks for.
      if (!asksForWebSocket(request)) connections.refuse(socket, '400 Bad Request')
      else if (isClosing) connections.refuse(socket, '503 Service Unavailable\r\nRetry-After: 2')
      else if (request.url?.split('?')[0] !== realtimePath) connections.refuse(socket, '404 Not Found')
      else
        webSockets.handleUpgrade(request, socket, head, (webSocket) => {
          open(webSocket, socket, request)
        })
    },
    close() {
      isClosing = true
      unsubscribe()
      unsubscribeLoss()
      sendBack()
      webSockets.close()
    },
    cut() {
      connections.cut()
    },
  }
}
