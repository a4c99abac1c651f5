import {
  type CallResult,
  type ChatClient,
  type Connect,
  createVisitorClientWith,
  type EnqueueResult,
  ownedName,
  type Site,
  visitorOwner,
} from '@helvino/client'
import { type ConversationId, decodeBootloader, parseJson, type ServerFrame } from '@helvino/protocol'
import type { KeyValue, Runtime } from '@helvino/runtime'
import type { BootCall } from './panel-terms.ts'

export { loadBootloader, parseTokenExpiration } from '@helvino/client'

// More than a message may hold: a text that is too long can still be shortened.
const maxDraftLength = 10_000

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
  /** A message has come that nobody sees. */
  playTone(): void
  /** Keeps the message, and sends it in its turn with a valid token, as often as it takes. */
  sendMessage(text: string): Promise<EnqueueResult>
  /** Whoever shows the chat hears what the live connection brings. */
  onFrame?: (frame: ServerFrame) => void
  /** Hears that the visitor types. */
  onWrite?: () => void
  /** What this device keeps. */
  readonly storage: KeyValue
  /** What the visitor typed and did not send, on whichever page of the site. */
  readDraft(): string
  /** Keeps it on this device, as far as 10,000 characters; an empty one is forgotten. */
  keepDraft(text: string): void
}

// Long after the panel is there.
const liveAfterMs = 5_000

interface LiveModule {
  readonly connectShared: Connect
  playTone(): void
}

const importLive = async (apiUrl: string, attempt: number) =>
  (await import(`${apiUrl}/assets/${LIVE_FILE}${attempt ? `?again=${attempt}` : ''}`)) as LiveModule

/** Keeps the visitor's id and builds the client, once. Nothing else starts by it. */
export function createApi({ keepVisitorId, boot, ...options }: ApiOptions): WidgetApi {
  const visitorId = keepVisitorId()
  // Where another tab was first to open, the token that we have belongs to an id that nobody keeps.
  const own = visitorId === options.visitorId ? boot : undefined
  const answer = own?.body === undefined ? undefined : decodeBootloader(parseJson(own.body))
  const { site, runtime } = options
  const { clock, storage } = runtime
  const draftKey = ownedName(visitorOwner('siteId' in site ? site.siteId : site.orgKey, visitorId), 'draft')
  let live: Promise<LiveModule> | undefined
  const loadLive = (attempt: number): Promise<LiveModule> => {
    live ??= importLive(options.apiUrl, attempt).catch((error: unknown) => {
      live = undefined
      throw error
    })
    return live
  }
  // Early enough that a page which stays open over a deploy has it when something is said.
  clock.startTimer(liveAfterMs, () => {
    loadLive(0).catch(() => undefined)
  })
  const client = createVisitorClientWith(async (attempt) => (await loadLive(attempt)).connectShared, {
    ...{ ...options, visitorId },
    onFrame: (frame) => api.onFrame?.(frame),
    ...(own && (answer ? { boot: { answer, asked: own.asked } } : { asking: own })),
  })
  const { renewer } = client
  const api: WidgetApi = {
    client,
    storage,
    isTokenExpiredOrExpiring: () => renewer.isTokenExpiredOrExpiring(),
    refreshOrgToken: () => renewer.refresh(),
    ensureValidToken: () => renewer.ensureValidToken(),
    createConversation: () => client.openConversation(),
    playTone() {
      loadLive(0)
        .then((module) => {
          module.playTone()
        })
        .catch(() => undefined)
    },
    sendMessage: (text) => client.send(text),
    readDraft: () => storage.get(draftKey) ?? '',
    keepDraft(text) {
      if (text === '') storage.remove(draftKey)
      else storage.set(draftKey, text.slice(0, maxDraftLength))
    },
  }
  return api
}
