import type { FastifyInstance } from 'fastify'

export type Listening =
  { readonly kind: 'listening'; readonly port: number } | { readonly kind: 'failed'; readonly message: string }

const allAddresses = ['0.0.0.0', '::']

function hostInUrl(host: string): string {
  if (allAddresses.includes(host)) return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** Under which this machine reaches the server. */
export const localUrl = (host: string, port: number): string =>
  new URL(`http://${hostInUrl(host)}:${String(port)}`).origin

/** Origins of this server's own pages, which every request is compared with: they change only when it begins to listen. */
export function prepareOwnOrigins(host: string, publicUrl: string | undefined, ownPort: () => number) {
  let known: { readonly port: number; readonly origins: readonly string[] } | undefined
  return (): readonly string[] => {
    const port = ownPort()
    if (known?.port === port) return known.origins
    const local = ['127.0.0.1', 'localhost', '::1', host].map((name) => localUrl(name, port))
    known = { port, origins: publicUrl === undefined ? local : [publicUrl, ...local] }
    return known.origins
  }
}

function sentence(code: string, host: string, port: number): string | undefined {
  const address = `${host}:${String(port)}`
  switch (code) {
    case 'EADDRINUSE':
      return `Another program already listens on ${address}: stop it, or set PORT to another number.`
    case 'EACCES':
      return `This user may not listen on ${address}: set PORT to a number above 1023.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${host}: set HOST to one that it has.`
    default:
      return undefined
  }
}

export async function listen(app: FastifyInstance, host: string, port: number): Promise<Listening> {
  try {
    await app.listen({ host, port, listenTextResolver: () => 'listening' })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const message = sentence(code, host, port)
    if (message === undefined) throw error
    return { kind: 'failed', message }
  }
  const address = app.server.address()
  return { kind: 'listening', port: typeof address === 'object' && address !== null ? address.port : port }
}
