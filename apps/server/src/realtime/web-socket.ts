import type { Duplex } from 'node:stream'
import type { Clock } from '@helvino/runtime'
import type { WebSocket } from 'ws'
import type { SessionSocket } from './session-ports.ts'

/** A reader that never answers the close frame is cut after this, in ms. */
const closeWithinMs = 2_000

/** Resolves when the connection has taken what was written, or is gone. */
function drained(raw: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (!raw.writableNeedDrain || raw.destroyed) {
      resolve()
      return
    }
    const done = () => {
      raw.off('drain', done)
      raw.off('close', done)
      resolve()
    }
    raw.on('drain', done)
    raw.on('close', done)
  })
}

/** For a socket that has been sent its close frame, by the session or by `ws` itself, which would wait half a minute for the answer. */
export function cutLater(webSocket: WebSocket, clock: Clock): void {
  const cancel = clock.startTimer(closeWithinMs, () => {
    webSocket.terminate()
  })
  webSocket.once('close', cancel)
}

/** `raw` is the connection below: `ws` reports what waits, and only the connection reports when it has gone out. */
export function sessionSocket(webSocket: WebSocket, raw: Duplex, clock: Clock): SessionSocket {
  return {
    send(text) {
      webSocket.send(text)
    },
    close(code, reason) {
      webSocket.close(code, reason)
      cutLater(webSocket, clock)
    },
    queuedBytes: () => webSocket.bufferedAmount,
    drained: () => drained(raw),
  }
}
