/**
 * What a promise of the product hangs on: that a token is always at hand, that no message is lost or stored twice, and that nobody sees another
 * organisation. Each branch of it is taken by a test: `npm run coverage`, and the guard `coverage`.
 */
export const promisedCode = [
  // The token: the renewal engine and its clients, the token of a visitor, and what the server signs and verifies.
  'packages/token/src/!(core|index|renewer-snapshot|token-event).ts',
  'packages/client/src/visitor-token.ts',
  'apps/server/src/auth/{agent-token,org-token,signed-token,verified-tokens,key-ring,key-file}.ts',
  'apps/server/src/auth/{signed-identity,visitor,known-visitors}.ts',
  // The outbox.
  'packages/client/src/{outbox,outbox-record,outgoing,sender,deliver,retry-budget,delivery-health,timeline}.ts',
  // Idempotency: the key as it comes, the message with its key, and the transaction that stores it.
  'apps/server/src/http/decode-body.ts',
  'apps/server/src/conversations/{posts,untold,content}.ts',
  'apps/server/src/store/{append,message-id,group-commit,work}.ts',
  // The tenant: who asks, what the route wants, and the only way to the rows of an organisation.
  'apps/server/src/auth/{authenticate,principal,public-orgs,origin,refused-origins}.ts',
  'apps/server/src/http/{guard,route-table,request-state}.ts',
  'apps/server/src/admission/remembered.ts',
  'apps/server/src/conversations/{conversations,participant,visitor-view}.ts',
  'apps/server/src/store/{org-repository,create-store,standings,recent,rows}.ts',
]

/**
 * The tests that take them, by a part of their path. Those that start a PostgreSQL are left out, since starting it takes longer than all of these:
 * what both databases share is taken on SQLite.
 */
export const itsTests = [
  ...['packages/token/src/', 'packages/token/tests/adapters'],
  ...['outbox', 'sender', 'delivery-health', 'timeline', 'visitor-', 'agent-'].map(
    (start) => `packages/client/src/${start}`,
  ),
  ...['authenticate', 'key-ring', 'org-token', 'sign', 'ver', 'vis'].map((start) => `apps/server/src/auth/${start}`),
  ...['http/guard', 'http/http-server', 'http/decode-body', 'http/telemetry-', 'admission/remembered'].map(
    (start) => `apps/server/src/${start}`,
  ),
  ...['conversations/', 'store/recent', 'store/message-id', 'store/work', 'store/group-commit', 'store/changes'].map(
    (start) => `apps/server/src/${start}`,
  ),
  'apps/server/src/store/sqlite/sqlite-',
]
