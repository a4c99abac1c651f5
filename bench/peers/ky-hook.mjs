import ky from 'ky'
import { refreshSession } from './session.mjs'

/** The hook of its readme: on the first 401, refresh and retry with the new token. */
function instanceFor({ tokenUrl, session }, fetchFunction) {
  let token = session.accessToken
  return ky.create({
    throwHttpErrors: false,
    ...(fetchFunction ? { fetch: fetchFunction } : {}),
    hooks: {
      beforeRequest: [
        ({ request }) => {
          if (!request.headers.has('authorization')) request.headers.set('authorization', `Bearer ${token}`)
        },
      ],
      afterResponse: [
        async ({ request, response, retryCount }) => {
          if (response.status !== 401 || retryCount > 0) return
          token = (await refreshSession(tokenUrl, session.refreshToken)).access_token
          const headers = new Headers(request.headers)
          headers.set('authorization', `Bearer ${token}`)
          return ky.retry({ request: new Request(request, { headers }), code: 'TOKEN_REFRESHED' })
        },
      ],
    },
  })
}

export async function open(setup) {
  const instance = instanceFor(setup)
  return {
    async request(index) {
      const response = await instance.get(setup.apiUrl, { headers: { 'x-request': String(index) } })
      return response.status
    },
  }
}

export async function openFastPath(setup, use) {
  const instance = instanceFor(setup, async (request) => {
    use(request.headers.get('authorization'))
    return new Response(null, { status: 200 })
  })
  return async () => {
    await instance.get(setup.apiUrl)
  }
}
