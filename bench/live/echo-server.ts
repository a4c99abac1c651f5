import { createServer, type Server } from 'node:http'
import { WebSocketServer } from 'ws'

/** What every page of the peer is: an input whose Enter goes over the socket, and a list of what comes. */
const page = `<!doctype html><meta charset="utf-8"><title>echo</title><ol role="log"></ol><input aria-label="text">
<script>
const socket = new WebSocket(location.href.replace('http', 'ws'))
const input = document.querySelector('input')
input.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return
  socket.send(input.value)
  input.value = ''
})
socket.onmessage = ({ data }) => {
  const item = document.createElement('li')
  item.textContent = data
  document.querySelector('ol').append(item)
}
</script>`

export interface EchoServer {
  readonly url: string
  close(): void
}

/** The least that can be between two pages: each text goes to all sockets, and nothing is stored, checked or counted. */
export function startEchoServer(): Promise<EchoServer> {
  const server: Server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(page)
  })
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  sockets.on('connection', (socket) => {
    socket.on('message', (bytes: Buffer) => {
      for (const client of sockets.clients) client.send(bytes.toString())
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : undefined
      resolve({
        url: `http://127.0.0.1:${String(port)}/`,
        close() {
          for (const client of sockets.clients) client.terminate()
          server.close()
        },
      })
    })
  })
}
