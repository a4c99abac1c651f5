import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'

/**
 * What every page of the peer is: an input whose Enter goes over the socket, and a list of what comes. One that keeps writes each text into its
 * database first, and draws nothing until then.
 */
const pageOf = (keeps: boolean) => `<!doctype html><meta charset="utf-8"><title>echo</title>
<ol role="log"></ol><input aria-label="text">
<script type="module">
const socket = new WebSocket(location.href.replace('http', 'ws'))
const input = document.querySelector('input')
const database = ${String(keeps)} && await new Promise((resolve) => {
  const opening = indexedDB.open('echo')
  opening.onupgradeneeded = () => opening.result.createObjectStore('texts')
  opening.onsuccess = () => resolve(opening.result)
})
const send = (text) => {
  socket.send(text)
  input.value = ''
}
input.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter') return
  const text = input.value
  if (!database) return send(text)
  const transaction = database.transaction('texts', 'readwrite', { durability: 'relaxed' })
  transaction.oncomplete = () => send(text)
  transaction.objectStore('texts').put(text, 'text')
  transaction.commit()
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

/** A file that each text is appended to, and that is on disk when `keep` returns. */
function openLog() {
  const folder = mkdtempSync(join(tmpdir(), 'helvino-bench-'))
  const file = openSync(join(folder, 'log'), 'a')
  return {
    keep(text: string) {
      writeSync(file, `${text}\n`)
      fdatasyncSync(file)
    },
    remove() {
      closeSync(file)
      rmSync(folder, { recursive: true })
    },
  }
}

/**
 * The least that can be between two pages: each text goes to all sockets, and nothing is checked or counted. Where it `keeps`, each text is in
 * the writer's database before it leaves and on the server's disk before anybody hears of it: the least that a durable message can cost.
 */
export function startEchoServer({ keeps }: { readonly keeps: boolean }): Promise<EchoServer> {
  const log = keeps ? openLog() : undefined
  const server: Server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(pageOf(keeps))
  })
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  sockets.on('connection', (socket) => {
    socket.on('message', (bytes: Buffer) => {
      const text = bytes.toString()
      log?.keep(text)
      for (const client of sockets.clients) client.send(text)
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
          log?.remove()
        },
      })
    })
  })
}
