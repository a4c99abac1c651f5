/** Why the server closed a socket (RFC 6455 section 7.4; 4000 to 4999 are the application's own). */
export const closeCodes = {
  /** A frame that says it is text and is no UTF-8 (RFC 6455 section 7.4.1). Connect again. */
  badText: 1007,
  /** A frame of more than `limits.frameBytes` (RFC 6455 section 7.4.1). Connect again, and send less at a time. */
  frameTooBig: 1009,
  /** The server stops or restarts; the reason is `retry-in-ms:<n>`, a spread hint. */
  restart: 1012,
  /** A frame that is not JSON, not of the protocol, or not allowed in this state. */
  badFrame: 4400,
  /** The token was refused, or ran out and was not renewed within the grace. Renew, then connect again. */
  tokenRefused: 4401,
  /** Origin, organisation or role: connecting again will not help. */
  denied: 4403,
  /** No `hello` in time, or nothing heard for too long. */
  silent: 4408,
  /** The reader was too slow and its queue passed the limit. Connect again and resume. */
  tooSlow: 4413,
  /** More sockets or frames than the limit. */
  tooMany: 4429,
} as const

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes]
