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
  #isStalled = false
  /** Bytes to the client until the line is cut; `undefined` while it is not to be. */
  #left: { bytes: number; readonly by: Ending } | undefined

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
    this.#isStalled = true
    this.#server.pause()
  }

  /** A client that had stalled reads on. */
  readOn(): void {
    this.#isStalled = false
    this.#server.resume()
  }

  cut(by: Ending): void {
    endConnection(this.#client, by)
    endConnection(this.#server, by)
  }

  /** Cuts the line when so many more bytes have reached the client: in the midst of a frame as often as not. */
  cutAfter(bytes: number, by: Ending): void {
    this.#left = { bytes, by }
  }

  #carry(from: Socket, to: Socket): void {
    from.on('data', (bytes) => {
      if (this.#isFrozen || to.destroyed) return
      if (from === this.#server && this.#left) this.#passLast(bytes, this.#left)
      else if (!to.write(bytes)) from.pause()
    })
    to.on('drain', () => {
      if (from !== this.#server || !this.#isStalled) from.resume()
    })
    from.once('close', () => {
      if (!this.#isFrozen) to.destroy()
    })
  }

  #passLast(bytes: Buffer, left: { bytes: number; readonly by: Ending }): void {
    const part = bytes.subarray(0, left.bytes)
    left.bytes -= part.length
    this.#client.write(part, () => {
      if (left.bytes === 0) this.cut(left.by)
    })
  }
}
