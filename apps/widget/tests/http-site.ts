import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface Site {
  readonly url: string
  readonly close: () => Promise<void>
}

/** A small HTTP server on a free port of 127.0.0.1, addressed as `localhost`. */
export function startSite(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Site> {
  const server = createServer(answer)
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      resolve({
        url: `http://localhost:${String(port)}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      })
    })
  })
}
