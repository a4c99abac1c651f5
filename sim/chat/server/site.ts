import { asRecord, asString, headers } from '@helvino/protocol'
import type { HttpRequest } from '@helvino/runtime'
import type { SimAnswer, SimRandom, SimServer, SimServerSocket, SimTimeline } from '@helvino/testkit'
import type { Trace } from '../../trace.ts'
import type { Violations } from '../../violations.ts'
import { AnswerWatch, type PostedMessage, postedMessages } from './answer-watch.ts'
import { firstData, type SimOrg } from './first-data.ts'
import { Ledger } from './ledger.ts'
import { MemoryKeys } from './memory-keys.ts'
import type { ServerPackage } from './server-package.ts'
import { type Place, type ProcessTerms, ServerProcess } from './server-process.ts'
import { SimDisk } from './sim-disk.ts'
import { SocketWatch } from './socket-watch.ts'
import { Switches } from './switches.ts'
import { readToken } from './token-claims.ts'

/** Within so long, in ms, a switch, a sign-out or a removal acts on sockets (I11). */
const socketsWithinMs = 5_000

/** How long it takes to bring an older copy back, in ms: whoever waited for an answer of before has given up. */
const restoreMs = 30_000
/** Within so long, in ms, an answered message has been told to every socket that is at it, however slowly it reads. */
const toldWithinMs = 60_000

export interface SiteTerms {
  readonly server: ServerPackage
  readonly apiUrl: string
  readonly orgs: readonly SimOrg[]
  readonly timeline: SimTimeline
  readonly random: SimRandom
  readonly trace: Trace
  readonly violations: Violations
  readonly wallOffsetMs: number
  readonly tokenLifeMs: number
  /** What the bootloader says of batches, in the place of what the server knows; 0: nothing, as an older server. */
  readonly batchMessages: number
  readonly weather: Pick<ProcessTerms, 'commitWeather' | 'statementError' | 'isFatal' | 'readerWaitMs'>
}

interface OpenSocket {
  readonly watch: SocketWatch
  readonly origin: string | undefined
  readonly close: (code: number, reason: string) => void
}

/** The server as the network knows it, whichever process runs: what is on disk, the keys, and everybody who watches. */
export class Site {
  readonly disk: SimDisk
  readonly keys: MemoryKeys
  readonly ledger: Ledger
  readonly switches: Switches
  readonly #terms: SiteTerms
  readonly #answers: AnswerWatch
  readonly #sockets = new Set<OpenSocket>()
  #process: ServerProcess
  /** Messages that were answered as stored. */
  readonly #answered = new Set<string>()
  readonly #chance: SimRandom
  readonly #statements: ProcessTerms['statements']
  #restoredAtMs = -restoreMs
  #starts = 0
  #holes = 0

  private constructor(terms: SiteTerms, image: Buffer) {
    const { server, timeline, random, trace, violations } = terms
    this.#terms = terms
    this.#chance = random.fork('chance')
    this.disk = new SimDisk(image)
    this.#statements = server.compileStatements(server.kyselyOver(this.disk.database), false)
    this.keys = new MemoryKeys(random.fork('keys'))
    this.ledger = new Ledger(this.disk)
    this.switches = new Switches(this.disk, timeline)
    this.#answers = new AnswerWatch({
      ...{ ledger: this.ledger, switches: this.switches, trace, violations },
      nowMs: () => this.nowMs(),
    })
    this.#process = this.#start()
  }

  static async open(terms: SiteTerms): Promise<Site> {
    return new Site(terms, await firstData(terms.server, terms.orgs))
  }

  get isUp(): boolean {
    return !this.#process.isDead
  }

  /** The server's wall clock. */
  nowMs(): number {
    return this.#terms.timeline.nowMs + this.#terms.wallOffsetMs
  }

  /** What a browser's network leads to. `origin`: of its page. */
  serverFor(place: Place): SimServer {
    return {
      respond: (request) => this.#respond(request, place),
      onConnection: (socket) => {
        this.#connect(socket, place)
      },
    }
  }

  publicIdOf(orgId: SimOrg['id'], secret: string): string {
    const identify = this.#terms.server.createIdentifyVisitor(this.keys.visitorKey)
    return identify(orgId, secret as Parameters<typeof identify>[1]).visitorId
  }

  kill(): void {
    this.#process.kill()
    this.#sockets.clear()
  }

  startAgain(): void {
    const waitMs = this.#restoredAtMs + restoreMs - this.#terms.timeline.elapsedMs
    if (waitMs > 0)
      this.#terms.timeline.schedule(waitMs, () => {
        this.startAgain()
      })
    else if (!this.isUp) this.#process = this.#start()
  }

  /** SIGTERM; calls `onEnded` when the process has ended in order. */
  stop(onEnded: () => void): void {
    const { timeline } = this.#terms
    this.#process.stop().then(onEnded, timeline.reportBug)
  }

  rotateKeys(): void {
    this.#process.rotateKeys()
  }

  /** The machine gets an older copy of the database back while the server is down; what is switched stays switched. */
  restore(image: Buffer): void {
    this.#restoredAtMs = this.#terms.timeline.elapsedMs
    this.disk.restore(image)
    this.switches.writeAgain(this.#terms.orgs)
  }

  /** What is switched off or signed out must have been heard of by every socket 5 s later. */
  checkSocketsLater(): void {
    this.#terms.timeline.schedule(socketsWithinMs, () => {
      this.#checkSockets()
    })
  }

  /** Every socket that still lives has had everything that it was promised. */
  checkReplayed(): void {
    for (const { watch } of this.#sockets) watch.checkReplayed()
  }

  close(): void {
    this.kill()
    this.disk.close()
  }

  #start(): ServerProcess {
    const { server, apiUrl, timeline, random, trace, violations, wallOffsetMs, tokenLifeMs, weather } = this.#terms
    this.#starts += 1
    this.#holes = 0
    return new ServerProcess({
      ...{ server, timeline, wallOffsetMs, tokenLifeMs, publicUrl: apiUrl, disk: this.disk, keys: this.keys },
      statements: this.#statements,
      ...weather,
      random: random.fork(`process ${this.#starts}`),
      onEvent: (kind, detail) => {
        if (kind === 'commit unknown') this.#holes += 1
        trace.add(kind, detail)
      },
      onFailure: (error) => {
        if (!this.isUp) return
        violations.add(
          'I12',
          `the server fails: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        )
      },
    })
  }

  async #respond(request: HttpRequest, place: Place): Promise<SimAnswer | undefined> {
    const { apiUrl, orgs } = this.#terms
    const here = { ...request, url: request.url.slice(apiUrl.length) }
    const orgOfKey = (key: string) => orgs.find((org) => org.key === key)?.id
    const arrival = this.#answers.arrive(here, orgOfKey, place.origin)
    const answer = await this.#process.respond(here, place)
    if (!answer) return undefined
    this.#answers.leave(here, answer, arrival)
    for (const message of postedMessages(here, answer)) {
      this.#checkToldLater(message)
      this.#countReplay(message, answer)
    }
    const token = here.url === '/api/bootloader' ? asString(asRecord(answer.body)?.['orgToken']) : undefined
    if (token !== undefined && this.#chance.isHit(1 / 10)) this.#useAtItsEnd(token, request, place)
    return here.url === '/api/bootloader' && answer.status === 200 ? this.#ofItsAge(answer) : answer
  }

  #ofItsAge(answer: SimAnswer): SimAnswer {
    const batchMessages = this.#terms.batchMessages || undefined
    return { ...answer, body: { ...(answer.body as object), batchMessages } }
  }

  #connect(socket: SimServerSocket, place: Place): void {
    const { trace, violations } = this.#terms
    trace.add('socket', place.origin)
    const watch = new SocketWatch({
      ...{ socket, ledger: this.ledger, trace, violations },
      nowMs: () => this.nowMs(),
      mayHaveHoles: () => this.#holes > 0,
      onEnd: () => {
        this.#sockets.delete(open)
      },
    })
    const { watched } = watch
    const open: OpenSocket = { watch, origin: place.origin, close: watched.close }
    this.#sockets.add(open)
    this.#process.connect(watched, place)
  }

  #countReplay({ id }: PostedMessage, { headers: told = {} }: SimAnswer): void {
    const isReplay = told[headers.idempotentReplayed] !== undefined
    if (isReplay && !this.#answered.has(id) && this.#holes > 0)
      this.#terms.trace.add('replayed after commit unknown', id)
    this.#answered.add(id)
  }

  /** Somebody keeps a token, and uses it in the very moment of its end: from then on it is worth nothing (RFC 7519 section 4.1.4). */
  #useAtItsEnd(token: string, request: HttpRequest, place: Place): void {
    const { timeline, apiUrl } = this.#terms
    const restMs = (readToken(token)?.expiresAtMs ?? 0) - this.nowMs()
    const late: HttpRequest = {
      method: 'GET',
      url: `${apiUrl}/conversations`,
      headers: { ...request.headers, [headers.orgToken]: token },
    }
    timeline.schedule(restMs, () => {
      this.#respond(late, place).catch(timeline.reportBug)
    })
  }

  /** Where nobody has told a socket of the newest message, it would not even see a gap (I13). */
  #checkToldLater(message: PostedMessage): void {
    const owner = this.ledger.ownerOf(message.conversationId)
    if (!owner) return
    const listening = [...this.#sockets].filter(({ watch }) => watch.isToldOf(owner, message))
    this.#terms.timeline.schedule(toldWithinMs, () => {
      for (const open of listening) if (this.#sockets.has(open)) open.watch.checkTold(message)
    })
  }

  #checkSockets(): void {
    const { violations } = this.#terms
    for (const { watch, origin } of this.#sockets) {
      if (!watch.claims) continue
      const { orgId, visitorId, issuedAtMs } = watch.claims
      const sinceMs = Math.max(
        this.switches.offForMs('org', orgId),
        origin === undefined || visitorId === undefined ? 0 : this.switches.offForMs('origin', orgId),
        visitorId === undefined ? 0 : this.switches.signedOutForMs(orgId, visitorId, issuedAtMs),
      )
      if (sinceMs >= socketsWithinMs)
        violations.add(
          'I11',
          `a socket of ${visitorId ?? 'an agent'} is open ${sinceMs} ms after its owner was shut out`,
        )
    }
  }
}
