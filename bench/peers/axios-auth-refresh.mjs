import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'
import { refreshSession } from './session.mjs'

/** As its readme shows it: the token in the instance's interceptor, the retry takes the new one. */
function instanceFor({ tokenUrl, session, variant }, adapter) {
  let token = session.accessToken
  const instance = axios.create({ adapter })
  instance.interceptors.request.use((config) => {
    config.headers.Authorization = `Bearer ${token}`
    return config
  })
  const refresh = async () => {
    const answer = await refreshSession(tokenUrl, session.refreshToken)
    token = answer.access_token
  }
  createAuthRefresh(instance, refresh, variant === 'no dedup' ? { deduplicateRefresh: false } : {})
  return instance
}

export async function open(setup) {
  const instance = instanceFor(setup, 'fetch')
  return {
    async request(index) {
      try {
        const response = await instance.get(setup.apiUrl, { headers: { 'x-request': String(index) } })
        return response.status
      } catch (error) {
        if (error.response?.status === undefined) throw error
        return error.response.status
      }
    },
  }
}

export async function openFastPath(setup, use) {
  const instance = instanceFor(setup, async (config) => {
    use(config.headers.Authorization)
    return { data: '', status: 200, statusText: 'OK', headers: {}, config, request: {} }
  })
  return async () => {
    await instance.get(setup.apiUrl)
  }
}
