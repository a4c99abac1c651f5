import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeCodes, limits, type OrgId } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { Admission } from '../admission/admission.ts'
import type { FindAddress } from '../admission/caller-address.ts'
import type { CallerPlace } from '../auth/authenticate.ts'
import { RawConnections } from './raw-connections.ts'
import type { Session } from './session.ts'
import { createSessions, type SessionsOptions } from './sessions.ts'
import { cutLater, sessionSocket } from './web-socket.ts'

const realtimePath = '/realtime'

export interface GatewayOptions extends SessionsOptions {
  readonly clock: Clock
  readonly admission: Admission
  readonly findAddress: FindAddress
}

export interface Gateway {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes every socket with a spread hint, and takes no more. */
  close(): void
  /** Closes the sockets of one organisation, which come back at once. */
  dropSockets(orgId: OrgId): void
  /** How many are open. */
  socketCount(): number
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
  const { clock, admission, findAddress } = options
  const sessions = createSessions(options)
  const connections = new RawConnections()
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
  })

  /** What comes too often is refused before the handshake; where too many are open, the close code says so, which a page can read. */
  function admitUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = findAddress(request)
    const waitSeconds = admission.takeRequest(address)
    const loadSeconds = waitSeconds > 0 ? 0 : admission.takeUnderLoad()
    if (waitSeconds > 0) connections.refuse(socket, `429 Too Many Requests\r\nRetry-After: ${String(waitSeconds)}`)
    else if (loadSeconds > 0)
      connections.refuse(socket, `503 Service Unavailable\r\nRetry-After: ${String(loadSeconds)}`)
    else {
      const leavePlace = admission.enterSocket(address)
      if (leavePlace) socket.once('close', leavePlace)
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        if (leavePlace)
          connect(webSocket, sessions.open(sessionSocket(webSocket, socket, clock), placeOf(request)), clock)
        else {
          webSocket.close(closeCodes.tooMany, `retry-in-ms:${String(admission.comeBackInMs())}`)
          cutLater(webSocket, clock)
        }
      })
    }
  }

  return {
    upgrade(request, socket, head) {
      connections.add(socket)
      // Node before 24.9 hands over every `Upgrade`, whatever it asks for.
      if (!asksForWebSocket(request)) connections.refuse(socket, '400 Bad Request')
      else if (sessions.areClosed()) connections.refuse(socket, '503 Service Unavailable\r\nRetry-After: 2')
      else if (request.url?.split('?')[0] !== realtimePath) connections.refuse(socket, '404 Not Found')
      else admitUpgrade(request, socket, head)
    },
    close() {
      sessions.close()
      webSockets.close()
    },
    dropSockets: sessions.drop,
    socketCount: sessions.count,
    cut() {
      connections.cut()
    },
  }
}
