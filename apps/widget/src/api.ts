import {
  type ClientRuntime,
  type CallResult,
  type ChatState,
  createVisitorClient,
  type EnqueueResult,
  loadBootloader,
  memoryOutboxStores,
  parseTokenExpiration,
  type Site,
  siteHeader,
  type TimelineItem,
  type TokenEvent,
} from '@helvino/client'
import {
  type BootloaderAnswer,
  type ClientMessageId,
  type ConversationId,
  decodeBootloader,
  headers,
  parseJson,
} from '@helvino/protocol'
import type { Clock, Runtime } from '@helvino/runtime'
import {
  browserClock,
  browserLife,
  browserNetwork,
  browserRandom,
  browserStorage,
} from '@helvino/runtime/system-browser'
import type { BootCall } from './panel-terms.ts'
import { keepVisitorId } from './visitor-identity.ts'

export { parseTokenExpiration }

type WidgetRuntime = ClientRuntime & Pick<Runtime, 'storage'>

// Part by part, so that what the client does not use stays out of the panel.
const browserParts: WidgetRuntime = {
  clock: browserClock,
  random: browserRandom,
  network: browserNetwork,
  life: browserLife,
  storage: browserStorage,
}

export interface ApiOptions {
  /** @defaultValue the browser as it is */
  readonly runtime?: WidgetRuntime
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  readonly site: Site
  /** The visitor's secret, not yet kept on this device. */
  readonly visitorId: string
  /** Writes wait for a renewal this long before the token expires, in ms. */
  readonly bufferMs: number
  /** A bootloader call that was made already: its answer is used instead of asking first thing. */
  readonly boot?: BootCall | undefined
}

/** The widget's one door to the API. */
export interface WidgetApi {
  readonly clock: Clock
  /** What the organisation calls itself, once that is known. */
  orgName(): string | undefined
  /** Asks the bootloader for the organisation's settings and a token, and keeps neither: the client asks for itself. */
  loadBootloader(): Promise<CallResult<BootloaderAnswer>>
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
  retry(id: ClientMessageId): void
  discard(id: ClientMessageId): void
  /** Takes up what waits to be sent and what was said before, and connects. */
  start(): Promise<void>
  /** Says whether a person is at it. */
  setEngaged(isEngaged: boolean): void
  state(): ChatState
  timeline(): readonly TimelineItem[]
  subscribe(listener: (state: ChatState) => void): () => void
  onTokenEvent(listener: (event: TokenEvent) => void): () => void
  stop(): void
}

/** Keeps the visitor's id and builds the client, once. Nothing else starts by it. */
export function createApi(options: ApiOptions): WidgetApi {
  const { runtime = browserParts, apiUrl, site, bufferMs } = options
  const { clock, network, storage } = runtime
  const visitorId = keepVisitorId(site, storage, options.visitorId)
  // Where another tab was first to open, the token that we have belongs to an id that nobody keeps.
  const boot = visitorId === options.visitorId ? options.boot : undefined
  const outboxStores = memoryOutboxStores()
  let answer: BootloaderAnswer | undefined
  const bootAnswer = () => (answer ??= boot?.body === undefined ? undefined : decodeBootloader(parseJson(boot.body)))
  const known = bootAnswer()
  const client = createVisitorClient({
    ...{ runtime, apiUrl, site, visitorId, bufferMs, outboxStores },
    ...(boot && (known ? { boot: { answer: known, asked: boot.asked } } : { asking: boot })),
  })
  const identity = { ...siteHeader(site), [headers.visitorId]: visitorId }
  const stop = new AbortController()
  return {
    clock,
    orgName: () => bootAnswer()?.org.name,
    loadBootloader: () => loadBootloader({ apiUrl, identity }, network, clock, stop.signal),
    isTokenExpiredOrExpiring: () => client.renewer.isTokenExpiredOrExpiring(),
    refreshOrgToken: () => client.renewer.refresh(),
    ensureValidToken: () => client.renewer.ensureValidToken(),
    createConversation: () => client.openConversation(),
    sendMessage: (text) => client.send(text),
    retry: (id) => void client.retry(id),
    discard: (id) => void client.discard(id),
    start: () => client.start(),
    setEngaged: (isEngaged) => client.setEngaged(isEngaged),
    state: () => client.state,
    timeline: () => client.timeline(),
    subscribe: (listener) => client.subscribe(listener),
    onTokenEvent: (listener) => client.renewer.subscribe(listener),
    stop() {
      stop.abort()
      client.dispose()
    },
  }
}
