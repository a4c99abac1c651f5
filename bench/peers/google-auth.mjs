import { OAuth2Client } from 'google-auth-library'

function clientFor({ tokenUrl, session, variant }) {
  const client = new OAuth2Client({
    clientId: 'app',
    endpoints: { oauth2TokenUrl: tokenUrl },
    ...(variant === '15 s, force' ? { eagerRefreshThresholdMillis: 15_000, forceRefreshOnFailure: true } : {}),
  })
  client.setCredentials({
    access_token: session.accessToken,
    refresh_token: session.refreshToken,
    token_type: 'Bearer',
    expiry_date: Date.now() + session.expiresInSeconds * 1000,
  })
  return client
}

export async function open(setup) {
  const client = clientFor(setup)
  return {
    async request(index) {
      try {
        const response = await client.request({ url: setup.apiUrl, headers: { 'x-request': String(index) } })
        return response.status
      } catch (error) {
        // A status of the token endpoint is no answer of the API.
        if (error.response?.status === undefined || !String(error.config?.url).startsWith(setup.apiUrl)) throw error
        return error.response.status
      }
    },
  }
}

export async function openFastPath(setup, use) {
  const client = clientFor(setup)
  return async () => {
    const { token } = await client.getAccessToken()
    use(token)
  }
}
