import type { ServerFrame, UsedBootloaderAnswer } from '@helvino/protocol'
import type { HttpResponse, Runtime } from '@helvino/runtime'
import { type AskedAt, askedNow, TokenRenewer } from '@helvino/token/core'
import { type Site, visitorAudience } from './audience.ts'
import { ChatClient } from './chat-client.ts'
import type { LoadConnect } from './late-connection.ts'
import { ownedName, visitorOwner } from './owner.ts'
import { renewerTerms } from './renewer-terms.ts'
import { connectShared } from './shared-connection.ts'
import { asTokenAnswer, issuedBy, loadBootloader, readBootloader } from './visitor-token.ts'

export interface VisitorClientOptions {
  readonly runtime: Runtime
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  readonly site: Site
  /** The visitor's secret: `v_` and a UUID. */
  readonly visitorId: string
  /** Writes wait for a renewal this long before expiry, in ms. @defaultValue `15_000` */
  readonly bufferMs?: number
  /** Hears every frame. */
  readonly onFrame?: (frame: ServerFrame) => void
  /** A bootloader's answer that is at hand already, and when it was asked for. */
  readonly boot?: { readonly answer: UsedBootloaderAnswer; readonly asked: AskedAt }
  /** A bootloader call that is under way: the client's first attempt waits for it instead of making a second one. Ignored beside `boot`. */
  readonly asking?: { readonly response: Promise<HttpResponse>; readonly asked: AskedAt }
}

/**
 * A visitor's chat: its token comes from the bootloader, which also brings the organisation's settings. `loadConnect`: what connects may be
 * fetched when there is something to hear.
 */
export function createVisitorClientWith(loadConnect: LoadConnect, options: VisitorClientOptions): ChatClient {
  const { runtime, apiUrl, site, visitorId, boot, onFrame } = options
  const { clock, network } = runtime
  const audience = visitorAudience(apiUrl, site, visitorId)
  let asking = boot ? undefined : options.asking
  const issued = boot && issuedBy(boot.answer, boot.asked.wallMs)
  const owner = visitorOwner('siteId' in site ? site.siteId : site.orgKey, visitorId)
  const renewer = new TokenRenewer({
    ...renewerTerms(runtime, owner),
    // A page that is merely seen waits for a token, too, for its connection: so many of them must not ask as often as those who write.
    isIdle: (): boolean => !client.isInUse(),
    ...(options.bufferMs !== undefined && { bufferMs: options.bufferMs }),
    ...(issued && { initial: { issued, asked: boot.asked } }),
    fetchToken: async (signal) => {
      const underWay = asking
      asking = undefined
      const asked = underWay?.asked ?? askedNow(clock)
      const result = underWay
        ? await readBootloader(underWay.response, clock)
        : await loadBootloader(audience, network, clock, signal)
      if (result.kind === 'answered') client.configure(result.value)
      return asTokenAnswer(result, asked)
    },
  })
  const client = new ChatClient({
    runtime,
    audience,
    renewer,
    outboxName: ownedName(owner, 'outbox'),
    loadConnect,
    ...(onFrame && { onFrame }),
  })
  if (boot) client.configure(boot.answer)
  // The token may come from another tab: what else the bootloader says is wanted all the same.
  if (asking)
    void readBootloader(asking.response, clock).then((result) => {
      if (result.kind === 'answered') client.configure(result.value)
    })
  return client
}

export const createVisitorClient = (options: VisitorClientOptions): ChatClient =>
  createVisitorClientWith(() => Promise.resolve(connectShared), options)
