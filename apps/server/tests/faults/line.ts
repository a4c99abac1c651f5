import type { Socket } from 'node:net'
import type { Ending } from './fault.ts'

export function endConnection(socket: Socket, by: Ending): void {
  if (by === 'reset') socket.resetAndDestroy()
  else socket.destroy()
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) resolve()
    else
      socket.once('close', () => {
        resolve()
      })
  })

/** A connection that has become a socket: bytes both ways, until something is done to it. */
export class Line {
  /** Each resolves when that end has hung up, whether the other was told or not. */
  readonly leftByClient: Promise<void>
  readonly leftByServer: Promise<void>
  readonly #client: Socket
  readonly #server: Socket
  #isFrozen = false

  constructor(client: Socket, server: Socket) {
    this.#client = client
    this.#server = server
    this.leftByClient = closed(client)
    this.leftByServer = closed(server)
    this.#carry(client, server)
    this.#carry(server, client)
  }

  /** Half-open from here on: bytes and farewells vanish in both directions, and nobody is told. */
  freeze(): void {
    this.#isFrozen = true
    this.#client.resume()
    this.#server.resume()
  }

  /** The client stops reading, as one that hangs: what the server sends fills the buffers on the way and then the server's own. */
  stall(): void {
    this.#server.removeAllListeners('data')
    this.#client.removeAllListeners('drain')
    this.#server.pause()
  }

  cut(by: Ending): void {
    endConnection(this.#client, by)
    endConnection(this.#server, by)
  }

  #carry(from: Socket, to: Socket): void {
    from.on('data', (bytes) => {
      if (!this.#isFrozen && !to.destroyed && !to.write(bytes)) from.pause()
    })
    to.on('drain', () => {
      from.resume()
    })
    from.once('close', () => {
      if (!this.#isFrozen) to.destroy()
    })
  }
}
