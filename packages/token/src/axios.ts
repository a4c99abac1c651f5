import type { TokenSource } from './with-token.ts'

/** What is used of an axios request's configuration. */
export interface AxiosConfig {
  readonly headers: { set(name: string, value: string): unknown }
  readonly signal?: unknown
  readonly data?: unknown
}

interface Interceptors<Value> {
  use(onDone: (value: Value) => Value | Promise<Value>, onFailed?: (error: unknown) => unknown): number
  eject(id: number): void
}

/** What is used of an axios instance. */
export interface AxiosInstance<Config extends AxiosConfig, Answer> {
  readonly interceptors: { readonly request: Interceptors<Config>; readonly response: Interceptors<Answer> }
  /** Takes less than an interceptor does, which must not decide what `Config` is. */
  request(config: NoInfer<Config>): Promise<unknown>
}

export interface AxiosTokenOptions {
  /** Puts the token on the request. @defaultValue `Authorization: Bearer <token>` */
  readonly authorize?: (headers: AxiosConfig['headers'], token: string) => void
  /** True where the status says that the token itself is not taken. @defaultValue 401 */
  readonly isTokenRefusal?: (status: number) => boolean
}

interface Failure<Config> {
  readonly config?: Config & { readonly isTokenReplay?: boolean }
  readonly response?: { readonly status: number }
}

const authorizeBearer = (headers: AxiosConfig['headers'], token: string): void => {
  headers.set('Authorization', `Bearer ${token}`)
}
const isUnauthorized = (status: number): boolean => status === 401

const isStream = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && ('getReader' in data || Symbol.asyncIterator in data || 'pipe' in data)

/**
 * Sends every request of an axios instance with the token of that moment; a 401 is reported, and sent once more unless its body is a stream.
 * Add it after other request interceptors: axios runs the last one first. Returns what takes it off again.
 */
export function useAxiosToken<Config extends AxiosConfig, Answer>(
  instance: AxiosInstance<Config, Answer>,
  renewer: TokenSource,
  options: AxiosTokenOptions = {},
): () => void {
  const { authorize = authorizeBearer, isTokenRefusal = isUnauthorized } = options
  const sentWith = new WeakMap<Config, string>()
  const { request, response } = instance.interceptors
  const onRequest = request.use(async (config) => {
    const token = await renewer.validToken({ signal: config.signal instanceof AbortSignal ? config.signal : undefined })
    authorize(config.headers, token)
    sentWith.set(config, token)
    return config
  })
  const onResponse = response.use(
    (answer) => answer,
    (error: unknown) => {
      // axios tells of a status outside of `validateStatus` with an error that has both; of anything else with less.
      const { config, response: refusal } = (error ?? {}) as Failure<Config>
      const token = config && sentWith.get(config)
      if (!config || token === undefined || !refusal || !isTokenRefusal(refusal.status)) throw error
      renewer.reportRefused(token)
      if (config.isTokenReplay || isStream(config.data)) throw error
      return instance.request({ ...config, isTokenReplay: true })
    },
  )
  return () => {
    request.eject(onRequest)
    response.eject(onResponse)
  }
}
