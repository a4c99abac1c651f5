import axios from 'axios'
import { refreshSession } from './session.mjs'

/** The queue that tutorials show: a flag, an array of waiters, one replay. No package; `variant` has no meaning here. */
function instanceFor({ tokenUrl, session }, adapter) {
  let token = session.accessToken
  let isRefreshing = false
  let waiters = []
  const instance = axios.create({ adapter })
  instance.interceptors.request.use((config) => {
    config.headers.Authorization = `Bearer ${token}`
    return config
  })
  instance.interceptors.response.use(undefined, async (error) => {
    const { config, response } = error
    if (response?.status !== 401 || config.isReplayed) throw error
    config.isReplayed = true
    if (isRefreshing) {
      await new Promise((resolve, reject) => waiters.push({ resolve, reject }))
      return instance(config)
    }
    isRefreshing = true
    try {
      token = (await refreshSession(tokenUrl, session.refreshToken)).access_token
      for (const waiter of waiters) waiter.resolve()
    } catch (refreshError) {
      for (const waiter of waiters) waiter.reject(refreshError)
      throw refreshError
    } finally {
      waiters = []
      isRefreshing = false
    }
    return instance(config)
  })
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
