import { asRecord, asString, headers, parseJson } from '@helvino/protocol'
import type { Clock, Network } from '@helvino/runtime'
import type { HelvinoIdentity } from '@helvino/widget-package'
import type { Tell } from './told.ts'

export interface SignedInPorts {
  readonly clock: Clock
  readonly request: Network['request']
  readonly tell: Tell
}

/** Somebody who has signed in to the site. */
export interface SignedIn {
  /** Names them on this device, as no visitor who has not signed in is named. */
  readonly owner: string
  /** As `request`, for this person: the bootloader is shown their token, and nobody the id of the device's own visitor. */
  readonly request: Network['request']
  /** The page has named the same person again. Gives true where the token before was refused: then asking again is worth it. */
  renew(identity: HelvinoIdentity): boolean
}

const tokenWithinMs = 10_000
const longestUserId = 200

/** Whom a token names, by its own word: only the server can know whether it is true. */
function subjectOf(token: string): string | undefined {
  const [, claims] = token.split('.')
  try {
    const bytes = Uint8Array.from(atob((claims ?? '').replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
    return asString(asRecord(parseJson(new TextDecoder().decode(bytes)))?.['sub'])
  } catch {
    // No base64, and so no token: whoever asked says so.
    return undefined
  }
}

/** One token, by whichever way the page gives it. @throws where none comes in 10 s, or what comes is no text. */
async function askToken(identity: HelvinoIdentity, clock: Clock): Promise<string> {
  if (!('getToken' in identity)) return identity.token
  let cancel: (() => void) | undefined
  const late = new Promise<never>((_, reject) => {
    cancel = clock.startTimer(tokenWithinMs, () => {
      reject(new Error(`getToken gave nothing within ${tokenWithinMs} ms`))
    })
  })
  try {
    const token: unknown = await Promise.race([identity.getToken(), late])
    if (typeof token !== 'string') throw new Error('getToken gave no text')
    return token
  } finally {
    cancel?.()
  }
}

/** What was given, where it makes sense. */
export function decodeIdentity(given: unknown): HelvinoIdentity | undefined {
  const { userId, token, getToken } = { ...asRecord(given) }
  if (userId !== undefined && (typeof userId !== 'string' || userId === '' || userId.length > longestUserId))
    return undefined
  if (typeof getToken === 'function') return { userId, getToken: getToken as () => Promise<string> }
  return typeof token === 'string' ? { userId, token } : undefined
}

/** Finds out who it is: by `userId`, else by the first token. @throws where no token comes, or it names nobody. */
export async function signIn(first: HelvinoIdentity, { clock, request, tell }: SignedInPorts): Promise<SignedIn> {
  let identity = first
  let refused: string | undefined
  // Asked for to learn who it is: used first.
  let kept = first.userId === undefined ? await askToken(first, clock) : undefined
  const userId = first.userId ?? subjectOf(kept ?? '')
  if (userId === undefined) throw new Error('the token names nobody')

  const fail = (code: string, message: string) => {
    tell('error', { code, message })
    return new Error(message)
  }
  const nextToken = async () => {
    const token = kept ?? (await askToken(identity, clock))
    kept = undefined
    // Somebody else's token would bring somebody else's conversation under this name.
    if (subjectOf(token) !== userId) throw new Error(`the token does not name ${userId}`)
    return token
  }
  return {
    owner: `/user/${encodeURIComponent(userId)}`,
    async request(call, signal) {
      const { [headers.visitorId]: _, ...others } = call.headers
      if (!call.url.endsWith('/api/bootloader')) return request({ ...call, headers: others }, signal)
      const token = await nextToken().catch((error: unknown) => {
        throw fail('token_unavailable', String(error))
      })
      // To the chat that is an outage: what waits goes on waiting until the page has a better one.
      if (token === refused) throw new Error('the token was refused already')
      const signed = { ...others, [headers.visitorIdentity]: token }
      const answer = await request({ ...call, headers: signed }, signal)
      const body = answer.status === 403 ? asRecord(parseJson(answer.body)) : undefined
      if (body?.['code'] !== 'identity_invalid') return answer
      refused = token
      throw fail('identity_invalid', `${asString(body['message']) ?? ''} ${asString(body['hint']) ?? ''}`.trim())
    },
    renew(next) {
      identity = next
      const wasRefused = refused !== undefined
      refused = undefined
      return wasRefused
    },
  }
}
