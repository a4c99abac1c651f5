import { limits } from '@helvino/protocol'
import type { HttpRequest } from '@helvino/runtime'
import { SimClock, type SimAnswer, type SimRandom, type SimServerSocket, type SimTimeline } from '@helvino/testkit'
import Sqlite from 'better-sqlite3'
import type { AgentTables } from '../../../apps/server/src/auth/agent-tables.ts'
import type { KeyFile } from '../../../apps/server/src/auth/key-file.ts'
import type { Committed, CommitFailure } from '../../../apps/server/src/store/group-commit.ts'
import type { Work as Write } from '../../../apps/server/src/store/sqlite/sqlite-writer.ts'
import type { Work } from '../../../apps/server/src/store/work.ts'
import { loginModel } from './login-model.ts'
import { Killed, openConnection } from './disk-connection.ts'
import type { ServerPackage } from './server-package.ts'
import type { SimDisk } from './sim-disk.ts'
import { SimHttp } from './sim-http.ts'

/** What the world says of one transaction. */
export interface CommitWeather {
  /** Ms before it begins and after it has ended. */
  readonly beforeMs: number
  readonly afterMs: number
  /** Its answer is lost, though it was made. */
  readonly isUnknown: boolean
}

/** Where a process may be killed: before a statement of a transaction, around its commit, before an answer or a frame leaves, after an answer has left. */
export type Step = 'write' | 'before-commit' | 'after-commit' | 'before-answer' | 'before-frame' | 'after-answer'

export interface ProcessTerms {
  readonly server: ServerPackage
  readonly disk: SimDisk
  /** Compiled once for all processes of a world. */
  readonly statements: ReturnType<ServerPackage['compileStatements']>
  readonly keys: KeyFile
  readonly timeline: SimTimeline
  readonly random: SimRandom
  /** How far the machine's wall clock is off, in ms. */
  readonly wallOffsetMs: number
  readonly tokenLifeMs: number
  readonly publicUrl: string
  /** Asked before each transaction. */
  readonly commitWeather: () => CommitWeather
  /** What the database answers to this statement instead of running it. */
  readonly statementError: (sql: string) => Error | undefined
  /** How long a reader needs to catch up, in ms; 0: it has. */
  readonly readerWaitMs: () => number
  /** Called at each step; true kills the process there. */
  readonly isFatal: (step: Step) => boolean
  readonly onEvent: (kind: string, detail: string) => void
  /** A failure that the server reports as nobody's but its own. */
  readonly onFailure: (error: unknown) => void
}

/** What a browser adds to what its page sends. */
export interface Place {
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
  readonly cookie: string | undefined
}

/** One run of the server, from its start to its end: the real core over a simulated clock, disk, and network. */
export class ServerProcess {
  readonly clock: SimClock
  readonly #terms: ProcessTerms
  readonly #parts: ReturnType<typeof wire>
  readonly #host: string
  readonly #sockets = new Set<SimServerSocket>()
  /** Ends every request that is under way. */
  readonly #hangUps = new Set<() => void>()
  #isDead = false
  #isStopping = false

  constructor(terms: ProcessTerms) {
    this.#terms = terms
    this.#host = new URL(terms.publicUrl).host
    this.clock = new SimClock(terms.timeline)
    this.clock.stepWallClock(terms.wallOffsetMs)
    this.#parts = wire(terms, this.clock, {
      before: (sql) => {
        this.#beforeStatement(sql)
      },
      after: (sql) => {
        if (sql === 'COMMIT') this.#reach('after-commit')
      },
    })
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** `undefined`: the connection ends without an answer. */
  async respond(request: HttpRequest, place: Place): Promise<SimAnswer | undefined> {
    if (this.#isDead) return undefined
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const hangUp = () => {
      resolve(undefined)
    }
    this.#hangUps.add(hangUp)
    const headers = withPlace(request.headers, place, this.#host)
    const answer = await Promise.race([this.#parts.http.respond({ ...request, headers }), promise])
    this.#hangUps.delete(hangUp)
    if (this.#isDead || this.#isKilledAt('before-answer')) return undefined
    if (this.#isKilledAt('after-answer')) return answer
    return answer
  }

  connect(socket: SimServerSocket, place: Place): void {
    const { sessions } = this.#parts
    if (this.#isDead || this.#isStopping) {
      socket.close(1006, '')
      return
    }
    this.#sockets.add(socket)
    const session = sessions.open(
      {
        send: (text) => {
          if (this.#isDead || this.#isKilledAt('before-frame')) return
          socket.send(text)
        },
        close: (code, reason) => {
          if (this.#isDead) return
          this.#sockets.delete(socket)
          socket.close(code, reason)
        },
        // A reader is slow, or not; how much waits for it is not modelled.
        queuedBytes: () => (this.#terms.readerWaitMs() > 0 ? limits.socketQueueBytes / 2 : 0),
        drained: () => new Promise((resolve) => this.clock.startTimer(this.#terms.readerWaitMs(), resolve)),
      },
      place,
    )
    socket.listen({
      onText: (text) => {
        if (!this.#isDead) session.receive(text)
      },
      onClose: () => {
        this.#sockets.delete(socket)
        if (!this.#isDead) session.onGone()
      },
    })
  }

  rotateKeys(): void {
    if (!this.#isDead) this.#parts.keyRing.rotate()
  }

  /** SIGKILL, or the power: nothing of it runs again, and what was not committed is undone. */
  kill(): void {
    if (this.#isDead) return
    this.#isDead = true
    this.clock.kill()
    const { database } = this.#terms.disk
    if (database.inTransaction) database.exec('ROLLBACK')
    for (const socket of this.#sockets) socket.close(1006, '')
    for (const hangUp of this.#hangUps) hangUp()
  }

  /** SIGTERM, in the order of `shutDown` in server.ts. Resolves when the process has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true
    const { waitingReads, sessions, store } = this.#parts
    waitingReads.stop()
    sessions.close()
    while (this.#hangUps.size > 0 && !this.#isDead)
      await new Promise<void>((resolve) => this.clock.startTimer(10, resolve))
    await store.close()
    this.kill()
  }

  #beforeStatement(sql: string): void {
    if (this.#isDead) throw new Killed()
    this.#terms.timeline.noteActivity()
    if (sql === 'COMMIT') this.#reach('before-commit')
    else if (/^(INSERT|UPDATE|DELETE)/i.test(sql)) this.#reach('write')
    const error = this.#terms.statementError(sql)
    if (error) throw error
  }

  #reach(step: Step): void {
    if (this.#isKilledAt(step)) throw new Killed()
  }

  #isKilledAt(step: Step): boolean {
    if (this.#isDead || !this.#terms.isFatal(step)) return false
    this.kill()
    return true
  }
}

/** As a browser sends it. */
function withPlace(sent: HttpRequest['headers'], { origin, fetchSite, cookie }: Place, host: string) {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(sent)) headers[name.toLowerCase()] = value
  headers['host'] = host
  if (origin !== undefined) headers['origin'] = origin
  if (fetchSite !== undefined) headers['sec-fetch-site'] = fetchSite
  if (cookie !== undefined) headers['cookie'] = cookie
  return headers
}

/** The server's store over the world's disk, with the world's say in each commit. */
function openStore(
  terms: ProcessTerms,
  clock: SimClock,
  hooks: Pick<Parameters<typeof openConnection>[0], 'before' | 'after'>,
) {
  const { server, disk, random, commitWeather } = terms
  const database = openConnection({ disk, ...hooks })
  const kysely = server.kyselyOver(database)
  const runWork = server.createRunWork(database)
  const commit = server.createSqliteCommit(database)
  const pause = (ms: number) => new Promise<void>((resolve) => clock.startTimer(ms, resolve))

  async function commitInWeather(
    writes: readonly Write[],
    { beforeMs, afterMs, isUnknown }: CommitWeather,
  ): Promise<Committed | CommitFailure> {
    if (beforeMs > 0) await pause(beforeMs)
    const result = commit(writes)
    if (afterMs > 0) await pause(afterMs)
    if (!isUnknown || result.kind !== 'committed') return result
    terms.onEvent('commit unknown', String(writes.length))
    return { kind: 'unknown', error: new Sqlite.SqliteError('the connection was lost', 'SQLITE_IOERR') }
  }

  const groups = server.createGroupCommit<Write>({
    commit: (writes) => {
      const weather = commitWeather()
      const isCalm = weather.beforeMs + weather.afterMs === 0 && !weather.isUnknown
      return isCalm ? commit(writes) : commitInWeather(writes, weather)
    },
    clock,
    nextTurn: (run) => clock.startTimer(0, run),
    unavailableReason: server.unavailableReason,
    onFailing: () => {
      terms.onEvent('disk failing', '')
    },
  })
  const read = <Result>(work: Work<Result>): Promise<Result> =>
    new Promise((resolve) => {
      resolve(runWork(work))
    })
  const connection = {
    ...groups,
    statements: terms.statements,
    kysely,
    // All servers of a world are of one version.
    isOwnFormat: () => Promise.resolve(true),
    read,
    scrub: () => Promise.resolve(),
    write: <Result>({ start }: { start: () => Work<Result> }) =>
      groups.write(() => runWork(start())) as Promise<Result>,
  }
  return { store: server.createStore({ connection, random, clock }), kysely, read }
}

/** What server.ts puts together, without Fastify, `ws`, the pages and the login library. */
function wire(
  terms: ProcessTerms,
  clock: SimClock,
  hooks: Pick<Parameters<typeof openConnection>[0], 'before' | 'after'>,
) {
  const { server, disk, keys, random, publicUrl } = terms
  const tokenLifetimeSeconds = terms.tokenLifeMs / 1_000
  const { store, kysely, read } = openStore(terms, clock, hooks)
  const opening = server.openKeyRingOn(keys, { pinned: undefined, clock, random, onProblem: terms.onFailure })
  if (opening.kind === 'invalid') throw new Error(opening.message)
  const { keyRing } = opening
  const ownOrigins = () => [publicUrl]
  const identifyVisitor = server.createIdentifyVisitor(keyRing.visitorKey)
  const findAgentRole = server.prepareFindAgentRole(kysely.$extendTables<AgentTables>(), read)
  const checked = {
    ...{ store, keyRing, identifyVisitor, findAgentRole, clock, ownOrigins },
    lifetimeSeconds: tokenLifetimeSeconds,
  }
  const authenticate = server.createAuthenticate(checked)
  const recheck = server.createRecheck(checked)
  const fanOut = server.createLocalFanOut(terms.onFailure)
  const conversations = server.createConversations({ store, fanOut, clock, random })
  const waitingReads = server.createWaitingReads(fanOut, clock)
  const limits = {
    admission: server.createAdmission({ clock, random, scale: 1, overload: { take: () => 0, share: () => 1 } }),
    findAddress: () => ({ key: '192.0.2.1', isLimited: true }),
  }
  const sessions = server.createSessions({
    ...{ clock, random, conversations, fanOut, authenticate, recheck, admission: limits.admission },
    noteTyping: server.createNoteTyping({ conversations, fanOut, findAgentName: () => Promise.resolve('Ada') }),
    onFailure: terms.onFailure,
  })
  const agents = loginModel(disk, clock)
  const guarded = { authenticate, agents, publicUrl, ownOrigins, ...limits }
  const http = new SimHttp({
    ...server.createGuard({ ...guarded, clock }),
    refuse: server.refuse,
    answerError: (error, reply) => {
      const reason = server.unavailableReason(error)
      if (reason === undefined) {
        terms.onFailure(error)
        return server.refuse(reply, 'internal')
      }
      const refused = server.refusedByStore({ kind: 'unavailable', reason }, random)
      return server.refuse(reply, refused.code, refused)
    },
  })
  const recordAudit = () => Promise.resolve()
  const common = {
    ...{ clock, random, store, conversations, waitingReads, recheck, keyRing, tokenLifetimeSeconds },
    ...limits,
    recordAudit,
  }
  // Nobody signs in to a site here: no secret, and so no identity that is true.
  const noSecret = () => Promise.reject(new Error('the simulation has no identity secrets'))
  const identitySecrets = { find: noSecret, rotate: noSecret, verifying: () => Promise.resolve([]) }
  const identifySubject = server.createIdentifySubject(keyRing.visitorKey)
  const signedIn = { identifySubject, keepSignedProfile: () => undefined }
  const shared = { ...common, identitySecrets, findAvailability: server.createFindAvailability() }
  const noteSeenOrigin = server.createNoteSeenOrigin(store, clock)
  const answerBootloader = server.createAnswerBootloader({
    ...{ ...shared, ...signedIn, identifyVisitor, noteSeenOrigin, env: 'sim' },
  })
  server.addVisitorRoutes(http.app, { ...shared, identifyVisitor, answerBootloader })
  server.addSessionRoutes(http.app, { ...shared, ...guarded })
  server.addAgentRoutes(http.app, shared)
  server.addProfileRoutes(http.app, server.createVisitors({ store, fanOut, clock, random }))
  return { http, store, sessions, waitingReads, keyRing }
}
