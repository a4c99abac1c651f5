import { type Clock, type Random, uuid } from '@helvino/runtime'
import type { FastifyInstance } from 'fastify'
import { createAdmission } from './admission/admission.ts'
import { createFindAddress } from './admission/caller-address.ts'
import { createOverload } from './admission/overload.ts'
import { prepareFindAgentName, prepareFindAgentRole, prepareIsMember } from './auth/agent-role.ts'
import type { AgentTables } from './auth/agent-tables.ts'
import { openAgents } from './auth/agents.ts'
import { keepFact } from './auth/installation.ts'
import { createInvitations } from './auth/invitations.ts'
import { createTeam } from './auth/team.ts'
import { createAddressKey } from './auth/address-key.ts'
import { createAudit } from './auth/audit.ts'
import { createAuthenticate, createRecheck, type Recheck } from './auth/authenticate.ts'
import { createIdentitySecrets } from './auth/identity-secrets.ts'
import type { KeyRing } from './auth/key-ring.ts'
import { openItsKeys } from './auth/own-keys.ts'
import { createIdentifySubject, createIdentifyVisitor } from './auth/visitor.ts'
import { isLoopback, type ServerConfig } from './config.ts'
import { createAssignment } from './conversations/assignment.ts'
import { type Conversations, createConversations } from './conversations/conversations.ts'
import { createNotes } from './conversations/notes.ts'
import { createNoteTyping } from './conversations/typing.ts'
import { createFanOutAmongServers } from './fan-out/among-servers.ts'
import type { FanOut } from './fan-out/contract.ts'
import { createLocalFanOut } from './fan-out/local.ts'
import { demoOrgKey, prepareFirstStart } from './first-start.ts'
import { addAccountRoutes } from './http/account-routes.ts'
import { addAgentRoutes } from './http/agent-routes.ts'
import { addAuditRoutes } from './http/audit-routes.ts'
import { type BootloaderOptions, createAnswerBootloader } from './http/bootloader.ts'
import { addDemoRoutes, type DemoRouteOptions } from './http/demo-routes.ts'
import { addDeskRoutes } from './http/desk-routes.ts'
import { addFigures, createFigures, type Figures } from './http/figures.ts'
import { openFrontDoor } from './http/front-door.ts'
import type { GuardOptions } from './http/guard.ts'
import { addHealthRoutes } from './http/health-routes.ts'
import { createHttpServer } from './http/http-server.ts'
import { addInstallationRoutes } from './http/installation-routes.ts'
import { addInvitationRoutes } from './http/invitation-routes.ts'
import { logsRequests } from './http/log.ts'
import { createPlainBootloader } from './http/plain-bootloader.ts'
import { addProfileRoutes } from './http/profile-routes.ts'
import { createRecordAudit, type RecordAudit } from './http/record-audit.ts'
import { createNoteSeenOrigin } from './http/seen-origins.ts'
import { addSessionRoutes } from './http/session-routes.ts'
import { addSettingsRoutes } from './http/settings-routes.ts'
import { addTeamRoutes } from './http/team-routes.ts'
import { addVisitorDataRoutes, type VisitorDataRouteOptions } from './http/visitor-data-routes.ts'
import { addVisitorRoutes } from './http/visitor-routes.ts'
import { createWaitingReads, type WaitingReads } from './http/waiting-reads.ts'
import { listen, localUrl, prepareOwnOrigins } from './listen.ts'
import { openDatabase } from './open-database.ts'
import { addPageRoutes, missingBuilds, type PageFolders } from './pages/page-routes.ts'
import { asksForWebSocket, createGateway } from './realtime/gateway.ts'
import { createFindAvailability } from './settings/availability.ts'
import type { Store } from './store/contract.ts'
import type { CountedStore } from './store/create-store.ts'
import type { OpenedDatabase } from './store/opened-database.ts'
import { createKeepSignedProfile } from './visitors/signed-profile.ts'
import { createErasure, type ErasureOptions } from './visitors/erasure.ts'
import { startSweeps, type Sweeps } from './visitors/sweeps.ts'
import { createExportVisitor } from './visitors/visitor-export.ts'
import { createVisitors } from './visitors/visitors.ts'
import { welcome } from './welcome.ts'

/** The outside world of the server. */
export interface ServerWorld {
  readonly clock: Clock
  readonly random: Random
  /** Of the time since it was last asked, the share in which the event loop had something to do: 0 to 1. */
  readonly busyShare: () => number
  /** Lines for people: addresses, and how to log in. */
  out(line: string): void
  /** Structured lines for machines. */
  readonly log: { write(line: string): void }
  readonly pages: PageFolders
}

interface Failed {
  readonly kind: 'failed'
  /** One plain sentence for the operator. */
  readonly message: string
}

export type ServerStart = { readonly kind: 'started'; readonly url: string; stop(): Promise<void> } | Failed

interface Kept {
  readonly kind: 'opened'
  readonly database: OpenedDatabase
  readonly keyRing: KeyRing
}

/** Requests that are still running when the server stops are cut after this, in ms. */
const finishWithinMs = 7_000

/** What outlives the process: the database and the keys. */
async function openKept(
  config: ServerConfig,
  { clock, random }: ServerWorld,
  onKeyProblem: (why: string) => void,
): Promise<Kept | Failed> {
  const opening = await openDatabase(config)
  if (opening.kind === 'failed') return opening
  const { database } = opening
  const keys = await openItsKeys(database, {
    ...{ folder: config.dataFolder, pinned: config.orgTokenSecrets, clock, random, onProblem: onKeyProblem },
  })
  if (keys.kind === 'ok') return { kind: 'opened', database, keyRing: keys.keyRing }
  await database.close()
  return { kind: 'failed', message: keys.message }
}

interface Parts {
  readonly app: FastifyInstance
  readonly store: CountedStore
  /** Asks whoever waits to go: long-polls and sockets. */
  sendAway(): void
  /** Ends the sockets that have not gone: HTTP no longer knows them. */
  cutSockets(): void
  /** Ends what removes old data, after the transaction that is running. */
  stopSweeps(): Promise<void>
}

/** Agents and their logins, and the one door that visitors and agents pass. */
async function openDoor(
  { host, port, publicUrl, orgTokenLifetimeSeconds: lifetimeSeconds }: ServerConfig,
  { clock, random }: ServerWorld,
  { database: { dialect, kysely, read }, keyRing }: Kept,
  { store, ownOrigins }: { readonly store: Store; readonly ownOrigins: () => readonly string[] },
) {
  const database = kysely.$extendTables<AgentTables>()
  const agents = await openAgents({ database, dialect, ownOrigin: publicUrl ?? localUrl(host, port), clock, random })
  const identifyVisitor = createIdentifyVisitor(keyRing.visitorKey)
  const findAgentRole = prepareFindAgentRole(database, read)
  const findAgentName = prepareFindAgentName(database, read)
  const checked = { store, keyRing, identifyVisitor, findAgentRole, clock, lifetimeSeconds, ownOrigins }
  const authenticate = createAuthenticate(checked)
  const isMember = prepareIsMember(database, read)
  return { database, agents, identifyVisitor, authenticate, findAgentName, isMember, recheck: createRecheck(checked) }
}

type LogFailure = (event: string) => (error: unknown) => void

/** Within this process, and among the servers on a database that has others. Listening to them starts when it is asked for. */
function createFanOut({ others }: OpenedDatabase, world: ServerWorld, logFailure: LogFailure) {
  const local = createLocalFanOut(logFailure('fan-out-failed'))
  if (!others) return { fanOut: local, listenToOthers: () => Promise.resolve() }
  const { fanOut, hears } = createFanOutAmongServers(local, others)
  const onFailing = logFailure('other-servers-unheard')
  return { fanOut, listenToOthers: () => others.listen(world, { ...hears, onFailing }) }
}

type Door = Awaited<ReturnType<typeof openDoor>>

interface DeskParts extends GuardOptions, Pick<Door, 'database' | 'agents' | 'findAgentName' | 'isMember'> {
  readonly agents: Door['agents']
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly random: Random
  readonly dialect: OpenedDatabase['dialect']
  readonly recordAudit: RecordAudit
}

/** What agents work with beside the messages, and who they are. */
function addDesk(app: FastifyInstance, parts: DeskParts): void {
  const { store } = parts
  const assignment = createAssignment(parts)
  const invitations = createInvitations(parts)
  addInstallationRoutes(app, store)
  addAccountRoutes(app, parts)
  addDeskRoutes(app, { ...parts, assignment, notes: createNotes(parts) })
  const { agents, recordAudit } = parts
  addTeamRoutes(app, { team: createTeam(parts), invitations, assignment, agents, recordAudit })
  addInvitationRoutes(app, { ...parts, invitations })
}

/** Whether it lives, and whose it is. */
async function addHealth(
  app: FastifyInstance,
  {
    database,
    random,
    ...rest
  }: Pick<DeskParts, 'store' | 'database' | 'random'> & { readonly isStopping: () => boolean },
): Promise<void> {
  addHealthRoutes(app, { ...rest, installation: await keepFact(database, 'installation_id', uuid(random)) })
}

/** The record of what is done: who reads it, and what writes it. */
function addRecord(
  app: FastifyInstance,
  { keyRing }: Pick<Kept, 'keyRing'>,
  { clock, random }: ServerWorld,
  { database, findAddress }: Pick<Door, 'database'> & Pick<GuardOptions, 'findAddress'>,
): RecordAudit {
  const audit = createAudit(database, clock, random)
  addAuditRoutes(app, audit)
  return createRecordAudit({ audit, addressKey: createAddressKey(keyRing.visitorKey), findAddress })
}

/** Where this machine alone reaches the server. */
function addDemo(app: FastifyInstance, config: ServerConfig, parts: Omit<DemoRouteOptions, 'orgKey'>): void {
  if (config.demo && config.publicUrl === undefined && isLoopback(config.host))
    addDemoRoutes(app, { ...parts, orgKey: demoOrgKey })
}

/** What the server does not do for everybody who asks. */
function openAdmission(
  config: ServerConfig,
  { clock, random, busyShare }: ServerWorld,
  onUndeclaredProxy: (fields: { readonly hint: string }) => void,
) {
  const overload = createOverload(clock, busyShare)
  const admission = createAdmission({ clock, random, scale: config.rateLimitScale, overload })
  const findAddress = createFindAddress(config.trustedProxies, () => {
    onUndeclaredProxy({ hint: 'X-Forwarded-For came, and TRUSTED_PROXIES is 0: nobody is limited by address.' })
  })
  return { limits: { admission, findAddress }, overload }
}

interface VisitorParts
  extends GuardOptions, Figures, Omit<BootloaderOptions, 'identifySubject' | 'noteSeenOrigin' | 'env'> {
  readonly conversations: Conversations
  readonly waitingReads: WaitingReads
  readonly recheck: Recheck
  readonly random: Random
  readonly isStopping: () => boolean
}

/** What visitors call, and the door before all of it, at which the bootloader is answered where no line is logged for each request. */
function addVisitors(app: FastifyInstance, config: ServerConfig, parts: VisitorParts): void {
  const { store, clock, keyRing } = parts
  const answerBootloader = createAnswerBootloader({
    ...parts,
    identifySubject: createIdentifySubject(keyRing.visitorKey),
    noteSeenOrigin: createNoteSeenOrigin(store, clock),
    env: config.demo ? 'demo' : 'production',
  })
  addVisitorRoutes(app, { ...parts, answerBootloader })
  const plainBootloader = createPlainBootloader({ ...parts, guard: parts, answer: answerBootloader })
  openFrontDoor(app, {
    ...parts,
    answerBootloader: logsRequests(config.logLevel) ? undefined : plainBootloader,
  })
}

/** What takes data away for good: an admin's word, and the time that an organisation keeps it. */
function addErasure(
  app: FastifyInstance,
  parts: ErasureOptions & Pick<VisitorDataRouteOptions, 'recordAudit'>,
  { alone }: OpenedDatabase,
  onFailure: (error: unknown) => void,
): Sweeps {
  const erasure = createErasure(parts)
  addVisitorDataRoutes(app, { ...parts, erasure, exportVisitor: createExportVisitor(parts) })
  return startSweeps({
    ...{ ...parts, erasure, alone, onFailure },
    onSwept: (swept) => {
      app.log.info({ event: 'old-data-removed', ...swept })
    },
  })
}

/** With the answers that a server gives while it stops. */
function closeConnections(app: FastifyInstance, isStopping: () => boolean): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isStopping()) void reply.header('connection', 'close')
    done()
  })
}

/** The whole server, not yet listening. `ownPort` is asked late: a free port is known only once the server listens. */
async function wire(
  config: ServerConfig,
  world: ServerWorld,
  kept: Kept,
  ownPort: () => number,
  isStopping: () => boolean,
) {
  const { clock, random } = world
  const { publicUrl, orgTokenLifetimeSeconds: lifetimeSeconds } = config
  const logFailure = (event: string) => (err: unknown) => {
    app.log.error({ event, err })
  }
  const log = (level: 'info' | 'warn', event: string) => (fields: object) => {
    app.log[level]({ event, ...fields })
  }
  const store = kept.database.createStore({ random, clock, onFailing: logFailure('database-failing') })
  const ownOrigins = prepareOwnOrigins(config.host, publicUrl, ownPort)
  const door = await openDoor(config, world, kept, { store, ownOrigins })
  const { database, agents, identifyVisitor, authenticate, recheck, findAgentName } = door
  const { limits, overload } = openAdmission(config, world, log('warn', 'proxy-undeclared'))
  const guard = { authenticate, agents, publicUrl, ownOrigins, ...limits }
  const figures = createFigures(clock, log('info', 'refused'))
  const app = createHttpServer({
    ...guard,
    isUpgrade: asksForWebSocket,
    unavailableReason: kept.database.unavailableReason,
    ...{ clock, random, answers: figures.answers },
    log: { level: config.logLevel, clock, stream: world.log },
  })
  const { fanOut, listenToOthers } = createFanOut(kept.database, world, logFailure)
  const conversations = createConversations({ store, fanOut, clock, random })
  const waitingReads = createWaitingReads(fanOut, clock)
  const noteTyping = createNoteTyping({ conversations, fanOut, findAgentName })
  const gateway = createGateway({
    ...{ clock, random, conversations, fanOut, authenticate, recheck, noteTyping, ...limits },
    answers: figures.answers,
    onFailure: logFailure('session-failed'),
  })
  await listenToOthers()
  const recordAudit = addRecord(app, kept, world, { database, ...limits })
  const routes = {
    ...{ clock, random, store, conversations, waitingReads, recheck, keyRing: kept.keyRing, recordAudit, ...limits },
    identitySecrets: createIdentitySecrets(database, clock, random),
    tokenLifetimeSeconds: lifetimeSeconds,
    findAvailability: createFindAvailability(),
  }
  await addHealth(app, { store, database, random, isStopping })
  addFigures(app, figures, config.metrics, clock, { ...store, ...gateway, budgetShare: overload.share })
  const visitors = createVisitors({ store, fanOut, clock, random })
  const keepSignedProfile = createKeepSignedProfile(store, visitors, clock)
  addProfileRoutes(app, visitors)
  addVisitors(app, config, { ...routes, ...guard, identifyVisitor, keepSignedProfile, ...figures, isStopping })
  addSessionRoutes(app, { ...routes, ...guard })
  const sweeps = addErasure(app, { ...routes, fanOut }, kept.database, logFailure('sweep-failed'))
  addAgentRoutes(app, routes)
  addDemo(app, config, { ...routes, ownOrigins, dropSockets: gateway.dropSockets })
  addSettingsRoutes(app, routes)
  addDesk(app, { ...routes, ...door, ...guard, fanOut, dialect: kept.database.dialect })
  await addPageRoutes(app, { folders: world.pages, random, demoOrgKey: config.demo ? demoOrgKey : undefined })
  app.server.on('upgrade', gateway.upgrade)
  closeConnections(app, isStopping)
  const firstStart = await prepareFirstStart({ store, agents, database, clock, random, demo: config.demo })
  const sendAway = () => {
    waitingReads.stop()
    gateway.close()
    overload.stop()
  }
  return { app, store, sendAway, cutSockets: gateway.cut, stopSweeps: sweeps.stop, firstStart }
}

/** Stops accepting, lets what runs finish, and ends after every accepted write is committed. */
async function shutDown(
  { app, store, sendAway, cutSockets, stopSweeps }: Parts,
  { database }: Kept,
  clock: Clock,
): Promise<void> {
  const cancelCut = clock.startTimer(finishWithinMs, () => {
    app.server.closeAllConnections()
    cutSockets()
  })
  sendAway()
  await app.close()
  cancelCut()
  await stopSweeps()
  await store.close()
  await database.close()
  app.log.info({ event: 'stopped', groups: store.groupsCommitted(), writes: store.writesCommitted() })
}

/** The only place that names implementations. */
export async function startServer(config: ServerConfig, world: ServerWorld): Promise<ServerStart> {
  let port = config.port
  let stopping: Promise<void> | undefined
  const kept = await openKept(config, world, (reason) => {
    parts.app.log.error({ event: 'keys-not-taken', reason })
  })
  if (kept.kind === 'failed') return kept
  const parts = await wire(
    config,
    world,
    kept,
    () => port,
    () => stopping !== undefined,
  )
  const stop = () => (stopping ??= shutDown(parts, kept, world.clock))

  const listening = await listen(parts.app, config.host, port)
  if (listening.kind === 'failed') {
    await stop()
    return listening
  }
  port = listening.port
  const url = localUrl(config.host, port)
  for (const sentence of missingBuilds(world.pages)) world.out(sentence)
  for (const line of welcome(config.publicUrl ?? url, config.demo, parts.firstStart)) world.out(line)
  await parts.firstStart?.confirm()
  await kept.database.endStart()
  world.out(`ready on ${url}`)
  return { kind: 'started', url, stop }
}
