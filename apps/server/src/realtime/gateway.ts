import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeCodes, limits, type OrgId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { CallerPlace } from '../auth/authenticate.ts'
import { RawConnections } from './raw-connections.ts'
import type { Session } from './session.ts'
import { createSessions, type SessionsOptions } from './sessions.ts'
import { cutLater, sessionSocket } from './web-socket.ts'

const realtimePath = '/realtime'

export interface GatewayOptions extends SessionsOptions {
  readonly clock: Clock
}

export interface Gateway {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes every socket with a spread hint, and takes no more. */
  close(): void
  /** Closes the sockets of one organisation, which come back at once. */
  dropSockets(orgId: OrgId): void
  /** Cuts what is still open, whatever state it is in. */
  cut(): void
}

/** What a request must ask to be handed to the gateway; every other `Upgrade`, `h2c` say, is left aside (RFC 9110 section 7.8). */
export const asksForWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket'

function placeOf({ headers }: IncomingMessage): CallerPlace {
  const fetchSite = headers['sec-fetch-site']
  return { origin: headers.origin, fetchSite: typeof fetchSite === 'string' ? fetchSite : undefined }
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

/** Every socket of this process: the upgrade, and the way between a socket and its session. */
export function createGateway(options: GatewayOptions): Gateway {
  const { clock } = options
  const sessions = createSessions(options)
  const connections = new RawConnections()
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
  })

  return {
    upgrade(request, socket, head) {
      connections.add(socket)
      // Node before 24.9 hands over every `Upgrade`, whatever it asks for.
      if (!asksForWebSocket(request)) connections.refuse(socket, '400 Bad Request')
      else if (sessions.areClosed()) connections.refuse(socket, '503 Service Unavailable\r\nRetry-After: 2')
      else if (request.url?.split('?')[0] !== realtimePath) connections.refuse(socket, '404 Not Found')
      else
        webSockets.handleUpgrade(request, socket, head, (webSocket) => {
          connect(webSocket, sessions.open(sessionSocket(webSocket, socket, clock), placeOf(request)), clock)
        })
    },
    close() {
      sessions.close()
      webSockets.close()
    },
    dropSockets: sessions.drop,
    cut() {
      connections.cut()
    },
  }
}
