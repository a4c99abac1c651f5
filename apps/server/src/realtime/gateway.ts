import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { closeCodes, limits, type OrgId, type RefusalCode, refusals } from '@helvino/protocol'
import type { Clock } from '@helvino/runtime'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import type { Admission } from '../admission/admission.ts'
import type { FindAddress } from '../admission/caller-address.ts'
import type { CallerPlace } from '../auth/authenticate.ts'
import type { AnswerCounts } from '../http/answer-counts.ts'
import { RawConnections } from './raw-connections.ts'
import type { Session } from './session.ts'
import { createSessions, type SessionsOptions } from './sessions.ts'
import { cutLater, sessionSocket } from './web-socket.ts'

const realtimePath = '/realtime'

export interface GatewayOptions extends SessionsOptions {
  readonly clock: Clock
  readonly admission: Admission
  readonly findAddress: FindAddress
  readonly answers: Pick<AnswerCounts, 'count'>
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
  const { clock, admission, findAddress, answers } = options
  const sessions = createSessions(options)
  const connections = new RawConnections()
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
  })

  /** In HTTP, where no WebSocket is to be had. */
  function refuse(socket: Duplex, code: RefusalCode, retryAfterSeconds?: number): void {
    const { status } = refusals[code]
    answers.count(status, code)
    const later = retryAfterSeconds === undefined ? '' : `\r\nRetry-After: ${String(retryAfterSeconds)}`
    connections.refuse(socket, `${String(status)} ${STATUS_CODES[status] ?? ''}${later}`)
  }

  /** What comes too often is refused before the handshake; where too many are open, the close code says so, which a page can read. */
  function admitUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = findAddress(request)
    const waitSeconds = admission.takeRequest(address)
    const loadSeconds = waitSeconds > 0 ? 0 : admission.takeUnderLoad()
    if (waitSeconds > 0) refuse(socket, 'rate_limited', waitSeconds)
    else if (loadSeconds > 0) refuse(socket, 'unavailable', loadSeconds)
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
      if (!asksForWebSocket(request)) refuse(socket, 'request_invalid')
      else if (sessions.areClosed()) refuse(socket, 'unavailable', 2)
      else if (request.url?.split('?')[0] !== realtimePath) refuse(socket, 'not_found')
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
