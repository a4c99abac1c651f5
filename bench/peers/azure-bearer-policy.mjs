import {
  bearerTokenAuthenticationPolicy,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
} from '@azure/core-rest-pipeline'
import { refreshSession } from './session.mjs'

/** Expiry as @azure/identity computes it: the local clock plus `expires_in`. */
function policyFor({ tokenUrl, session }) {
  let isFirst = true
  const credential = {
    async getToken() {
      if (isFirst) {
        isFirst = false
        return { token: session.accessToken, expiresOnTimestamp: Date.now() + session.expiresInSeconds * 1000 }
      }
      const answer = await refreshSession(tokenUrl, session.refreshToken)
      return { token: answer.access_token, expiresOnTimestamp: Date.now() + answer.expires_in * 1000 }
    },
  }
  return bearerTokenAuthenticationPolicy({ credential, scopes: 'api' })
}

/** The pipeline's own client over `fetch`, cut to what a GET needs: its browser build is not what Node resolves. */
const fetchClient = {
  async sendRequest(request) {
    const response = await fetch(request.url, { method: request.method, headers: request.headers.toJSON() })
    return { request, status: response.status, headers: createHttpHeaders(Object.fromEntries(response.headers)) }
  },
}

export async function open(setup) {
  const pipeline = createEmptyPipeline()
  pipeline.addPolicy(policyFor(setup))
  return {
    async request(index) {
      const headers = createHttpHeaders({ 'x-request': String(index) })
      const response = await pipeline.sendRequest(fetchClient, createPipelineRequest({ url: setup.apiUrl, headers }))
      return response.status
    },
  }
}

/** The policy alone with one request object, which is kinder to it than a whole pipeline. */
export async function openFastPath(setup, use) {
  const policy = policyFor(setup)
  const request = createPipelineRequest({ url: setup.apiUrl })
  const response = { request, status: 200, headers: createHttpHeaders() }
  const next = async (sent) => {
    use(sent.headers.get('Authorization'))
    return response
  }
  return async () => {
    await policy.sendRequest(request, next)
  }
}
