import { AuthClient } from '@supabase/auth-js'
import { callApi } from './session.mjs'

const storageKey = 'sb-session'

function clientFor({ tokenUrl, session }) {
  if (localStorage.getItem(storageKey) === null) {
    localStorage.setItem(
      storageKey,
      JSON.stringify({
        access_token: session.accessToken,
        refresh_token: session.refreshToken,
        token_type: 'bearer',
        expires_in: session.expiresInSeconds,
        expires_at: Math.floor(session.expiresAtMs / 1000),
        user: { id: 'user-1', aud: 'authenticated' },
      }),
    )
  }
  return new AuthClient({ url: tokenUrl.replace(/\/token$/, ''), storageKey })
}

async function tokenOf(client) {
  const { data, error } = await client.getSession()
  if (error) throw error
  if (data.session === null) throw new Error('no session')
  return data.session.access_token
}

export async function open(setup) {
  // It initialises itself; getSession() waits for that.
  const client = clientFor(setup)
  return {
    async request(index) {
      return callApi(setup.apiUrl, index, await tokenOf(client))
    },
  }
}

export async function openFastPath(setup, use) {
  const client = clientFor(setup)
  await client.initialize()
  await client.stopAutoRefresh()
  return async () => {
    use(await tokenOf(client))
  }
}
