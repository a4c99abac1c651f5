import { inFile, type Mutant } from './mutant.ts'

const append = inFile('store/append.ts')
const commit = inFile('store/sqlite/sqlite-writer.ts')
const store = inFile('store/create-store.ts')
const repository = inFile('store/org-repository.ts')
const posts = inFile('conversations/posts.ts')
const authenticate = inFile('auth/authenticate.ts')
const tokens = inFile('auth/signed-token.ts')
const session = inFile('realtime/session.ts')
const sessions = inFile('realtime/sessions.ts')
const rechecks = inFile('realtime/rechecks.ts')
const listeners = inFile('realtime/listeners.ts')
const replay = inFile('realtime/replay.ts')
const refusal = inFile('http/refuse.ts')

/** Bugs that a server like ours has had, or could have. Each must be noticed by the chat world. */
export const serverMutants: readonly Mutant[] = [
  commit(
    'a message is answered before its commit',
    `      commit.run()
      return { kind: 'committed', outcomes }
    } catch (error) {
      undoAll()
      return failureOf(error, hasBegun)
    }
  }

  return (works: readonly Work[]): Committed | CommitFailure => {
    if (stuck) undoAll()
    if (stuck) return failureOf(stuck.error, false)
    // Somebody else's transaction on this connection would take our writes with it, or undo them.
    if (database.inTransaction)
      return { kind: 'held-up', reason: 'busy', error: new Error('another transaction is open on the connection') }
`,
    `      return { kind: 'committed', outcomes }
    } catch (error) {
      undoAll()
      return failureOf(error, hasBegun)
    }
  }

  return (works: readonly Work[]): Committed | CommitFailure => {
    if (stuck) undoAll()
    if (stuck) return failureOf(stuck.error, false)
    try {
      if (database.inTransaction) commit.run()
    } catch (error) {
      undoAll()
      return failureOf(error, false)
    }
`,
  ),
  posts(
    'a message is heard before its commit',
    'const result = await store.ofOrg(writer.orgId).appendMessage(message)',
    `const early = await store.ofOrg(writer.orgId).findConversation(draft.conversationId)
      if (early) announce(writer.orgId, early, { ...message, id: 'early', sequence: early.latestSequence + 1, kind: 'text', attachments: [], timestamp: '', clientMessageId: null } as never)
      const result = await store.ofOrg(writer.orgId).appendMessage(message)`,
  ),
  posts(
    'a message is heard by nobody',
    `untold.take(result.message)
        announce(orgId, result.conversation, result.message)`,
    '',
  ),
  posts(
    'a message is not told of that was stored while its database was lost',
    'if (untold.take(result.message)) announce',
    'if (false) announce',
  ),
  repository(
    'the sequence is taken outside of the transaction',
    `    appendMessage(message) {
      const wanted = { orgId, id: messageId(random, message.nowMs), message }
      return write({
        start: () => append(statements, wanted),`,
    `    async appendMessage(message) {
      const wanted = { orgId, id: messageId(random, message.nowMs), message }
      const row = await connection.read(first(statements.conversation, { orgId, id: message.conversationId }))
      return write({
        *start() {
          const work = append(statements, wanted)
          let step = work.next({ rows: [], written: 0 })
          if (row) step = work.next({ rows: [row], written: 0 })
          while (!step.done) step = work.next(yield step.value)
          return step.value
        },`,
  ),
  append(
    'a sequence is left out now and then',
    'before.latest_sequence + 1',
    'before.latest_sequence + (nowMs % 5 === 0 ? 2 : 1)',
  ),
  append(
    'a message that is known is taken for a new one',
    'if (stored) {',
    'if (stored && stored.role === role && nowMs < 0) {',
  ),
  replay('a resume asks for no message id', 'return messageId === undefined ||', 'return true ||'),
  replay(
    'the last missed message is not replayed',
    'while (recovered && after < latestSequence',
    'while (recovered && after < latestSequence - 1',
  ),
  replay(
    'the replay begins one too late',
    'points[index]?.after ?? latestSequence',
    '(points[index]?.after ?? latestSequence) + 1',
  ),
  session('what happens during the replay is forgotten', 'this.#state.held.push(text)', ''),
  session('a token that has run out keeps its socket', '+ limits.renewGraceMs', '+ 1e9'),
  session(
    'whoever was shut out keeps the socket',
    'if (code !== undefined && this.#member() === member)',
    'if (code === undefined)',
  ),
  sessions('nobody is asked again whether they may stay', 'rechecks.add(session)', ''),
  rechecks('whether they may stay is asked once a minute', 'const roundEveryMs = 4_000', 'const roundEveryMs = 60_000'),
  listeners(
    'every visitor of an organisation hears everything',
    'org.visitors.get(event.visitorId) : undefined',
    '[...org.visitors.values()].flatMap((each) => [...each]) : undefined',
  ),
  store(
    'the switches of an organisation are kept for a minute',
    'async findOrg(by) {',
    `async findOrg(by) {
      const kept = ((connection as any).kept ??= new Map())
      const name = JSON.stringify(by)
      const known = kept.get(name)
      if (known && clock.monotonicMs() - known.atMs < 60_000) return known.org
      const org = await (this as any).findOrgNow(by)
      kept.set(name, { atMs: clock.monotonicMs(), org })
      return org
    },
    async findOrgNow(by: any) {`,
  ),
  authenticate(
    'a sign-out is not asked about',
    'if (issuedAtMs < Math.max(org.validFromMs, visitorValidFromMs))',
    'if (visitorValidFromMs < 0)',
  ),
  authenticate(
    'an organisation that is off goes on',
    "return org.enabled && org.config.widgetEnabled ? undefined : 'org_disabled'",
    'return undefined',
  ),
  authenticate(
    'a removed origin keeps its sockets',
    "isAdmitted(org, place, ownOrigins()) ? undefined : 'origin_not_allowed'",
    'undefined',
  ),
  tokens('a token is good in the moment of its end', 'nowMs >= exp * 1_000', 'nowMs > exp * 1_000'),
  tokens('a token is good for ever', 'nowMs >= exp * 1_000', 'nowMs < 0'),
  refusal(
    '503 comes without Retry-After',
    'if (refusal.retryAfter)',
    'if (refusal.retryAfter && refusal.status === 429)',
  ),
]
