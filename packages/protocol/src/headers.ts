/** Header names of the wire, in lower case (RFC 9110 section 5.1: names are case-insensitive). */
export const headers = {
  orgKey: 'x-org-key',
  siteId: 'x-site-id',
  visitorId: 'x-visitor-id',
  /** A site's word for who its visitor is: a JWT, see `auth/signed-identity.ts` of the server. */
  visitorIdentity: 'x-visitor-identity',
  orgToken: 'x-org-token',
  agentToken: 'x-agent-token',
  idempotencyKey: 'idempotency-key',
  idempotentReplayed: 'idempotent-replayed',
  retryAfter: 'retry-after',
} as const
