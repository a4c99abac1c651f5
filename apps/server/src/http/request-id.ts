import type { IncomingMessage } from 'node:http'
import type { Random } from '@helvino/runtime'

export const requestIdHeader = 'x-request-id'

// As proxies and tracers write them: 16 bytes in hex, with the dashes of a UUID or without. No token, cookie or visitor's id looks like
// this, so that nothing that somebody sends in the wrong header reaches the log.
const taken = /^(?:[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i

/** The id by which a request is found in the log: the one that it brings, where that is one, or a new one, unlike those of other servers. */
export function createRequestIds(random: Random): (request: IncomingMessage) => string {
  const process = Buffer.from(random.bytes(6)).toString('hex')
  let count = 0
  return ({ headers }) => {
    const brought = headers[requestIdHeader]
    if (typeof brought === 'string' && taken.test(brought)) return brought
    count += 1
    return `${process}-${count}`
  }
}
