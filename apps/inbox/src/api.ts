import {
  type AgentClient,
  agentOwner,
  type CallResult,
  type ChatClient,
  type ChatState,
  createAgentClient,
  ownedName,
  readAnswer,
  request,
  unreachable,
  withToken,
} from '@helvino/client'
import {
  decodeInvitationOffer,
  decodeSessionHealth,
  type ConversationId,
  decodeVisitorAnswer,
  headers,
  type InvitationOffer,
  invitationTokenHeader,
  isTokenRefusal,
  limits,
  type Message,
  parseJson,
  type SessionHealth,
  type VisitorAnswer,
  type VisitorProfile,
} from '@helvino/protocol'
import type { HttpRequest, HttpResponse, Runtime } from '@helvino/runtime'
import type { Alert, Alerts } from './browser-alerts.ts'
import { Drafts } from './drafts.ts'
import { listingOf, visitorTitle } from './listing.ts'
import { routeHash } from './route.ts'
import { decodeSession, type Session } from './session.ts'
import { type AccountCalls, createAccountCalls } from './settings/account-calls.ts'
import { createSettingsCalls, type SettingsCalls } from './settings/settings-calls.ts'
import { decodeSites, type Sites } from './sites.ts'
import { createListeners } from './listeners.ts'
import { createSwitches, type Switches } from './switches.ts'
import { createVisitorData, type VisitorCalls } from './visitor-data.ts'
import { words } from './words/en.ts'

const callWithinMs = 15_000

export type FindVisitor = (id: ConversationId) => Promise<CallResult<VisitorAnswer>>

/** The chat of whoever is logged in, with who writes to them. */
export interface InboxClient extends AgentClient, VisitorCalls {
  /** Who writes in a conversation, and in which others. Refused with `not_found` where there is no such conversation. */
  readonly findVisitor: FindVisitor
  /** Hears of each profile of a visitor that changes. Returns the unsubscribe. */
  onVisitor(this: void, listener: (profile: VisitorProfile) => void): () => void
  /** Hears of conversations that are deleted for good. Returns the unsubscribe. */
  onGone(this: void, listener: (ids: readonly ConversationId[]) => void): () => void
}

/** What somebody writes: replies to visitors, and notes for the team. */
export type DraftKind = 'drafts' | 'note-drafts'

/** The inbox's one door to the server. The login cookie is the browser's own; nothing here sees it. */
export interface InboxApi {
  readonly runtime: Runtime
  readonly switches: Switches
  readonly alerts: Alerts
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  readonly settings: SettingsCalls
  readonly account: AccountCalls
  /** Refused with `login_required` where nobody is logged in. */
  findSession(): Promise<CallResult<Session>>
  /** Refused with `login_failed` where address or password is wrong, and `two_factor_required` or `code_wrong` where they are right and a code is wanted too. */
  logIn(email: string, password: string, code?: string): Promise<CallResult<Session>>
  logOut(): Promise<CallResult<true>>
  /** What an invitation offers. Refused with `not_found` where it is not open (any more). */
  findInvitation(token: string): Promise<CallResult<InvitationOffer>>
  /** Joins; `logIn` works from then on. Refused with `not_found`, or `request_invalid` for a name or password that cannot be. */
  acceptInvitation(token: string, name: string, password: string): Promise<CallResult<true>>
  /** The chat of whoever is logged in, started. Its owner calls `dispose`; what it has not sent comes back with the next one of the same person. */
  openChat(session: Session): InboxClient
  /** What the person has written and not sent: one for all who ask, as long as the page lives. */
  openDrafts(session: Session, kind: DraftKind): Drafts
  /** The server serves another build of the inbox than this page; false where it does not say. */
  isOutdated(): Promise<boolean>
  /** Loads the page anew, and with it the build that the server has now. */
  reload(): void
  findSites(chat: ChatClient): Promise<CallResult<Sites>>
  allowSite(chat: ChatClient, origin: string): Promise<CallResult<Sites>>
  removeSite(chat: ChatClient, origin: string): Promise<CallResult<Sites>>
  /** Gives the person a file. */
  readonly saveFile: (name: string, text: string) => void
  /** The figures of renewals over the last `minutes`. */
  findSessionHealth(chat: ChatClient, minutes: number): Promise<CallResult<SessionHealth>>
}

/** How every call is made: with a deadline, and with the agent's token where a chat is given. */
function createCalls(runtime: Runtime, apiUrl: string) {
  const { network, clock } = runtime
  // The page lives as long as the inbox: nobody gives up its calls but their deadline.
  const { signal } = new AbortController()

  const ask = (httpRequest: HttpRequest): Promise<HttpResponse> =>
    request(network, clock, httpRequest, callWithinMs, signal)

  function askAs(chat: ChatClient, httpRequest: HttpRequest): Promise<HttpResponse> {
    const sendWith = (token: string) =>
      ask({ ...httpRequest, headers: { ...httpRequest.headers, [headers.agentToken]: token } })
    return withToken(chat.renewer, sendWith, ({ status, body }) => isTokenRefusal(status, parseJson(body)))
  }

  async function call<Value>(
    httpRequest: HttpRequest,
    decode: (body: unknown) => Value | undefined,
    chat?: ChatClient,
  ): Promise<CallResult<Value>> {
    try {
      const response = await (chat ? askAs(chat, httpRequest) : ask(httpRequest))
      return readAnswer(response, decode, clock.nowMs())
    } catch (error) {
      return unreachable(error)
    }
  }

  const get = (path: string): HttpRequest => ({ method: 'GET', url: apiUrl + path, headers: {} })
  const post = (path: string, body?: object): HttpRequest =>
    body
      ? {
          method: 'POST',
          url: apiUrl + path,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }
      : { method: 'POST', url: apiUrl + path, headers: {} }

  return { ask, askAs, call, get, post }
}

export interface InboxApiOptions {
  readonly runtime: Runtime
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  /** Path of the script that runs here: another build has another. */
  readonly scriptPath: string
  readonly reload: () => void
  /** For what a visitor says while no inbox of this agent is seen. */
  readonly playTone: () => void
  readonly alerts: Alerts
  readonly saveFile: (name: string, text: string) => void
}

/** For a notification: who writes, and how what they say begins. */
function alertOf({ conversationId: id, content }: Message, { conversations }: ChatState): Alert {
  const [conversation] = listingOf(conversations, undefined).filter((one) => one.id === id)
  const name = conversation ? visitorTitle(conversation) : words.thread.author.user
  const body = content.slice(0, limits.previewLength)
  return { title: words.alert.title(name), body, tag: id, hash: routeHash({ view: 'thread', id }) }
}

export function createInboxApi(options: InboxApiOptions): InboxApi {
  const { runtime, apiUrl, scriptPath, reload, playTone, alerts, saveFile } = options
  const { clock, life, storage } = runtime
  const { ask, askAs, call, get, post } = createCalls(runtime, apiUrl)
  const opened = new Map<string, Drafts>()
  const switches = createSwitches(storage)

  function openChat({ user, org }: Session): InboxClient {
    const visitors = createListeners<VisitorProfile>()
    const gone = createListeners<readonly ConversationId[]>()
    const heard = { onVisitor: visitors.tell, onGone: gone.tell }
    const client = createAgentClient({ runtime, apiUrl, orgId: org.id, userId: user.id, ...heard })
    const { chat } = client
    // Whoever has the inbox open is at it: a lost connection is tried again soon.
    chat.setEngaged(true)
    chat.onAnnounce((message) => {
      if (life.isVisible()) return
      if (switches.hasSound()) playTone()
      if (switches.hasAlerts() && alerts.permission() === 'granted') alerts.show(alertOf(message, chat.state))
    })
    void chat.start()
    return {
      ...client,
      findVisitor: (id) => call(get(`/api/agent/conversations/${id}/visitor`), decodeVisitorAnswer, chat),
      ...createVisitorData(apiUrl, (httpRequest, decode) => call(httpRequest, decode, chat)),
      ...{ onVisitor: visitors.subscribe, onGone: gone.subscribe },
    }
  }

  return {
    ...{ runtime, switches, alerts, apiUrl, saveFile },
    account: createAccountCalls({ call, get, post }),
    settings: createSettingsCalls({ clock, apiUrl, askAs, call }),
    findSession: () => call(get('/api/agent/session'), decodeSession),
    logIn: (email, password, code) =>
      call(post('/api/agent/login', { email, password, ...(code !== undefined && { code }) }), decodeSession),
    logOut: () => call(post('/api/agent/logout'), () => true as const),
    findInvitation: (token) =>
      call({ ...get('/api/invitation'), headers: { [invitationTokenHeader]: token } }, decodeInvitationOffer),
    acceptInvitation: (token, name, password) =>
      call(post('/api/invitation/accept', { token, name, password }), () => true as const),
    openChat: (session) => openChat(session),
    openDrafts({ user, org }, kind) {
      const name = ownedName(agentOwner(org.id, user.id), kind)
      const drafts = opened.get(name) ?? new Drafts({ storage, clock, name })
      opened.set(name, drafts)
      return drafts
    },
    async isOutdated() {
      try {
        const { status, body } = await ask(get('/inbox'))
        return status === 200 && body.includes('<script') && !body.includes(scriptPath)
      } catch {
        // No answer says nothing; the next connection asks again.
        return false
      }
    },
    reload,
    findSites: (chat) => call(get('/api/agent/sites'), decodeSites, chat),
    allowSite: (chat, origin) => call(post('/api/agent/sites/allow', { origin }), decodeSites, chat),
    removeSite: (chat, origin) => call(post('/api/agent/sites/remove', { origin }), decodeSites, chat),
    findSessionHealth: (chat, minutes) =>
      call(get(`/api/agent/session-health?minutes=${String(minutes)}`), decodeSessionHealth, chat),
  }
}
