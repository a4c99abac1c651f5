import type { Duplex } from 'node:stream'

/** Connections that HTTP has handed over with an upgrade: from then on it neither watches nor closes them. */
export class RawConnections {
  readonly #open = new Set<Duplex>()

  add(connection: Duplex): void {
    // Node hands it over without a listener, and an `error` that nobody hears, such as a reset, ends the process.
    connection.on('error', () => connection.destroy())
    this.#open.add(connection)
    connection.once('close', () => {
      this.#open.delete(connection)
    })
  }

  /** Answers in HTTP and hangs up; one whose other end stays would hold up the stop of the server. `status` may carry header lines. */
  refuse(connection: Duplex, status: string): void {
    connection.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => {
      connection.destroy()
    })
  }

  /** Ends all of them at once, with no farewell. */
  cut(): void {
    for (const connection of this.#open) connection.destroy()
  }
}
