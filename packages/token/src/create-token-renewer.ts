import type { Channels, Clock, Life, Locks, Random } from '@helvino/runtime'
import {
  anyChannels,
  anyClock,
  anyFetch,
  anyLocks,
  anyRandom,
  keepAlive,
  pageLife,
} from '@helvino/runtime/system-anywhere'
import { type AuthorizedFetch, authorizedFetch } from './authorized-fetch.ts'
import type { SendOptions } from './authorized-send.ts'
import { TokenRenewer } from './renewer.ts'
import type { TokenRenewerOptions } from './renewer-options.ts'
import type { WaitOptions } from './waiting-line.ts'
import { type SendTerms, withToken } from './with-token.ts'

/** What `createTokenRenewer` takes: `fetchToken`, and whatever is to be other than usual. */
export interface CreateTokenRenewerOptions
  extends Omit<TokenRenewerOptions, 'clock' | 'random' | 'life' | 'tabs'>, SendOptions {
  /**
   * Renewers of one origin (tabs, workers; in Node, threads) that use the same name keep one token between them. Must name the API and whose
   * token it is: somebody else who signs in must never meet it. @defaultValue absent: each keeps a token of its own
   */
  readonly shareAs?: string
  /** What `renewer.fetch` sends with. @defaultValue the platform's `fetch`, looked up at each call */
  readonly fetch?: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** @defaultValue the platform's clocks and timers; in Node they keep no process alive */
  readonly clock?: Clock
  /** @defaultValue `Math.random` */
  readonly random?: Random
  /** Used with `shareAs` only. @defaultValue Web Locks, where there are any */
  readonly locks?: Locks
  /** Used with `shareAs` only. @defaultValue BroadcastChannel, where there is one */
  readonly channels?: Channels
  /** @defaultValue the page, where there is one */
  readonly life?: Life
}

/** A renewer that runs on the platform it finds, and sends requests itself. */
export class FetchingTokenRenewer extends TokenRenewer {
  /**
   * `fetch` with the token: waits for a valid one, sends, and where it is refused renews it and sends once more. Can be handed on by itself.
   *
   * @throws {TokenError} where no token could be had; the signal's reason where it is aborted; whatever `fetch` throws.
   */
  readonly fetch: AuthorizedFetch

  constructor(options: CreateTokenRenewerOptions) {
    const { shareAs, fetch = anyFetch, authorize, isTokenRefusal, locks, channels, ...rest } = withoutUndefined(options)
    const { clock = anyClock, random = anyRandom, life = pageLife(), ...terms } = rest
    super({
      ...terms,
      ...{ clock, random },
      ...(life && { life }),
      ...(shareAs !== undefined && {
        tabs: { name: shareAs, locks: locks ?? anyLocks, channels: channels ?? anyChannels },
      }),
    })
    this.fetch = authorizedFetch(this, fetch, withoutUndefined({ authorize, isTokenRefusal } as SendOptions))
  }

  override validToken(options?: WaitOptions): Promise<string> {
    const turn = super.validToken(options)
    // Only where somebody waits: with a valid token this is called for each request.
    return this.isTokenExpiredOrExpiring() ? keepAlive(turn) : turn
  }

  override refresh(options?: WaitOptions): Promise<void> {
    return keepAlive(super.refresh(options))
  }

  /** For any other client, what `fetch` does; see `withToken`. @throws {TokenError} where no token could be had; whatever `send` throws. */
  withToken<Answer>(
    send: (token: string) => Promise<Answer>,
    isTokenRefusal: (answer: Answer) => boolean,
    terms?: SendTerms,
  ): Promise<Answer> {
    return keepAlive(withToken(this, send, isTokenRefusal, terms))
  }
}

/** An option that is there but `undefined` is one that is absent: plain JavaScript writes it so. */
const withoutUndefined = <Options extends object>(options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options

/** Keeps one short-lived bearer token fresh, with nothing but a way to ask for it. Asks for nothing until somebody needs the token. */
export const createTokenRenewer = (options: CreateTokenRenewerOptions): FetchingTokenRenewer =>
  new FetchingTokenRenewer(options)
