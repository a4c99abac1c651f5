import {
  type CallResult,
  type ChatClient,
  type Connect,
  createVisitorClientWith,
  type EnqueueResult,
  type Site,
} from '@helvino/client'
import { type ConversationId, decodeBootloader, parseJson } from '@helvino/protocol'
import type { Runtime } from '@helvino/runtime'
import type { BootCall } from './panel-terms.ts'

export { loadBootloader, parseTokenExpiration } from '@helvino/client'

/** File name of the chunk that this panel was built with. */
declare const LIVE_FILE: string

export interface ApiOptions {
  readonly runtime: Runtime
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  readonly site: Site
  /** The visitor's secret, not yet kept on this device. */
  readonly visitorId: string
  /** Keeps it, and gives the one that holds. */
  readonly keepVisitorId: () => string
  /** Writes wait for a renewal this long before the token expires, in ms. */
  readonly bufferMs: number
  /** A bootloader call that was made already: its answer is used instead of asking first thing. */
  readonly boot?: BootCall | undefined
}

/** The widget's one door to the API. */
export interface WidgetApi {
  /** What it stands in front of: the state of the chat, and its comings and goings. */
  readonly client: ChatClient
  /** True with no token, with an expired one, and within the buffer before expiry. */
  isTokenExpiredOrExpiring(): boolean
  /** Asks for a new token; all callers share one call. @throws TokenError where none could be had. */
  refreshOrgToken(): Promise<void>
  /** Resolves once a valid token is held, at once where there is one. @throws TokenError where none could be had in 15 s. */
  ensureValidToken(): Promise<void>
  /** The visitor's conversation, made where there is none; with a valid token only. */
  createConversation(): Promise<CallResult<ConversationId>>
  /** Keeps the message, and sends it in its turn with a valid token, as often as it takes. */
  sendMessage(text: string): Promise<EnqueueResult>
}

// Long after the panel is there.
const liveAfterMs = 5_000

async function loadConnect(apiUrl: string, attempt: number): Promise<Connect> {
  const query = attempt ? `?again=${attempt}` : ''
  const live = (await import(`${apiUrl}/assets/${LIVE_FILE}${query}`)) as { connectShared: Connect }
  return live.connectShared
}

/** Keeps the visitor's id and builds the client, once. Nothing else starts by it. */
export function createApi({ keepVisitorId, boot, ...options }: ApiOptions): WidgetApi {
  const visitorId = keepVisitorId()
  // Where another tab was first to open, the token that we have belongs to an id that nobody keeps.
  const own = visitorId === options.visitorId ? boot : undefined
  const answer = own?.body === undefined ? undefined : decodeBootloader(parseJson(own.body))
  const { clock } = options.runtime
  let live: Promise<Connect> | undefined
  const loadLive = (attempt: number): Promise<Connect> => {
    live ??= loadConnect(options.apiUrl, attempt).catch((error: unknown) => {
      live = undefined
      throw error
    })
    return live
  }
  // Early enough that a page which stays open over a deploy has it when something is said.
  clock.startTimer(liveAfterMs, () => {
    loadLive(0).catch(() => undefined)
  })
  const client = createVisitorClientWith(loadLive, {
    ...{ ...options, visitorId },
    ...(own && (answer ? { boot: { answer, asked: own.asked } } : { asking: own })),
  })
  const { renewer } = client
  return {
    client,
    isTokenExpiredOrExpiring: () => renewer.isTokenExpiredOrExpiring(),
    refreshOrgToken: () => renewer.refresh(),
    ensureValidToken: () => renewer.ensureValidToken(),
    createConversation: () => client.openConversation(),
    sendMessage: (text) => client.send(text),
  }
}
