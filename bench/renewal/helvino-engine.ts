import type { Runtime } from '@helvino/runtime'
import { askedNow, type TokenAnswer, TokenRenewer } from '@helvino/token/core'
import type { Engine, EngineSetup, FastPath } from './engine.ts'

interface TokenBody {
  readonly access_token: string
  readonly issued_at: number
  readonly expires_in: number
  readonly error?: string
}

/** What an app writes: one call of its token endpoint, its answer in the engine's words. */
async function fetchToken(tokenUrl: string, refreshToken: string, signal: AbortSignal): Promise<TokenAnswer> {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    signal,
  })
  const body = (await response.json()) as TokenBody
  if (response.ok) {
    const issuerNowMs = body.issued_at * 1_000
    return { kind: 'issued', token: body.access_token, issuerNowMs, expiresAtMs: issuerNowMs + body.expires_in * 1_000 }
  }
  if (body.error === 'invalid_grant') return { kind: 'refused', reason: body.error }
  const retryAfterSeconds = Number(response.headers.get('retry-after') ?? undefined)
  return {
    kind: 'unavailable',
    reason: `status ${response.status}`,
    ...(retryAfterSeconds > 0 ? { retryAfterMs: retryAfterSeconds * 1_000 } : {}),
  }
}

// By its address: the browser's runtime is typed in the world of the browser, which this file is not in. The page that it finds is the virtual one.
const { browserRuntime } = (await import(
  new URL('../../packages/runtime/src/system-browser.ts', import.meta.url).href
)) as { readonly browserRuntime: Runtime }

function renewerFor({ tokenUrl, session, isShared }: EngineSetup): TokenRenewer {
  const { clock, random, life, locks, channels } = browserRuntime
  const { accessToken, refreshToken, issuedAtMs, expiresAtMs } = session
  return new TokenRenewer({
    fetchToken: (signal) => fetchToken(tokenUrl, refreshToken, signal),
    ...{ clock, random, life },
    ...(isShared ? { tabs: { name: 'api.example user-1', locks, channels } } : {}),
    initial: { issued: { token: accessToken, expiresAtMs, issuerNowMs: issuedAtMs }, asked: askedNow(clock) },
  })
}

export async function open(setup: EngineSetup): Promise<Engine> {
  const renewer = renewerFor(setup)
  return {
    async request(index) {
      const send = (token: string) =>
        fetch(setup.apiUrl, { headers: { authorization: `Bearer ${token}`, 'x-request': String(index) } })
      const response = await renewer.withToken(send, ({ status }) => status === 401)
      return response.status
    },
  }
}

/** The guarded call in the same shape as the peers'. */
export async function openFastPath(setup: EngineSetup, use: (token: string) => void): Promise<FastPath> {
  const renewer = renewerFor(setup)
  return async () => {
    use(renewer.token() ?? (await renewer.validToken()))
  }
}

/** The guarded call through the awaited form. */
export async function openEnsuredPath(setup: EngineSetup, use: (token: string) => void): Promise<FastPath> {
  const renewer = renewerFor(setup)
  return async () => {
    await renewer.ensureValidToken()
    const token = renewer.token()
    if (token !== undefined) use(token)
  }
}

/** The token alone, in a call that need not be awaited. */
export function openSynchronousPath(setup: EngineSetup, use: (token: string) => void): () => void {
  const renewer = renewerFor(setup)
  return () => {
    const token = renewer.token()
    if (token !== undefined) use(token)
  }
}
