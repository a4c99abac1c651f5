import {
  type ClientFrame,
  decodeServerFrame,
  decodeTyping,
  encodeClientFrame,
  type ServerFrame,
} from '@helvino/protocol'
import type { Network, Socket } from '@helvino/runtime'
import type { Audience } from './audience.ts'

export interface TappedNetwork {
  readonly network: Network
  /** Says something that is of use at this moment only: dropped where no connection is live. */
  readonly tell: (frame: ClientFrame) => void
}

/**
 * A network whose live connection somebody beside its owner hears, `typing` included, and speaks on. The connection itself knows nothing of it:
 * a visitor's panel, where every byte counts, goes without.
 */
export function tapNetwork(
  network: Network,
  decodeConversation: Audience['decodeConversation'],
  onFrame: (frame: ServerFrame) => void,
): TappedNetwork {
  let live: Socket | undefined
  return {
    network: {
      request: (httpRequest, signal) => network.request(httpRequest, signal),
      openSocket(url, listener) {
        const socket = network.openSocket(url, {
          ...listener,
          onText(text) {
            const frame = decodeTyping(text) ?? decodeServerFrame(text, decodeConversation)
            if (frame?.type === 'ready') live = socket
            if (frame) onFrame(frame)
            listener.onText(text)
          },
        })
        return socket
      },
    },
    tell(frame) {
      live?.send(encodeClientFrame(frame))
    },
  }
}
