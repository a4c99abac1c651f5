import { memoize } from '@smithy/core/config'
import { callApi, refreshSession } from './session.mjs'

/** As the AWS SDK wires it: the credential's own `expiration`, compared with the local clock. */
function guard({ tokenUrl, session, variant }) {
  let isFirst = true
  const provider = async () => {
    if (isFirst) {
      isFirst = false
      return { token: session.accessToken, expiration: new Date(session.expiresAtMs) }
    }
    const answer = await refreshSession(tokenUrl, session.refreshToken)
    return { token: answer.access_token, expiration: new Date(answer.expires_at * 1000) }
  }
  const windowMs = variant === '15 s' ? 15_000 : 300_000
  return memoize(
    provider,
    (identity) => identity.expiration !== undefined && identity.expiration.getTime() - Date.now() < windowMs,
    (identity) => identity.expiration !== undefined,
  )
}

export async function open(setup) {
  const identity = guard(setup)
  return {
    async request(index) {
      const { token } = await identity()
      return callApi(setup.apiUrl, index, token)
    },
  }
}

export async function openFastPath(setup, use) {
  const identity = guard(setup)
  return async () => {
    const { token } = await identity()
    use(token)
  }
}
