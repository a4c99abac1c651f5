import { createTokenRenewer, type FetchingTokenRenewer } from '@helvino/token'
import { readTokenResponse } from '@helvino/token/token-response'
import type { Engine, EngineSetup, FastPath } from './engine.ts'

// In the world of the browser, whose types the engine's own ports need; everything else here runs in Node's and loads it by its address.

/** As its readme shows it, on the platform that it finds; an app that has just signed in hands the token over as `initial`. */
function renewerFor({ tokenUrl, session, isShared }: EngineSetup): FetchingTokenRenewer {
  const { accessToken, refreshToken, issuedAtMs, expiresAtMs } = session
  const body = JSON.stringify({ grant_type: 'refresh_token', refresh_token: refreshToken })
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
  return createTokenRenewer({
    fetchToken: async (signal) => readTokenResponse(await fetch(tokenUrl, { ...request, signal })),
    ...(isShared ? { shareAs: 'api.example user-1' } : {}),
    initial: {
      issued: { token: accessToken, expiresAtMs, issuerNowMs: issuedAtMs },
      asked: { wallMs: Date.now(), monotonicMs: performance.now() },
    },
  })
}

export async function open(setup: EngineSetup): Promise<Engine> {
  const renewer = renewerFor(setup)
  return {
    async request(index) {
      const response = await renewer.fetch(setup.apiUrl, { headers: { 'x-request': String(index) } })
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

export function openEnsuredPath(setup: EngineSetup, use: (token: string) => void): FastPath {
  const renewer = renewerFor(setup)
  return async () => {
    await renewer.ensureValidToken()
    const token = renewer.token()
    if (token !== undefined) use(token)
  }
}

export function openSynchronousPath(setup: EngineSetup, use: (token: string) => void): () => void {
  const renewer = renewerFor(setup)
  return () => {
    const token = renewer.token()
    if (token !== undefined) use(token)
  }
}
