import { type CallResult, type ChatClient, readAnswer, unreachable } from '@helvino/client'
import { asRecord, asString, decodeOrgSettings, type OrgSettings, parseJson } from '@helvino/protocol'
import type { Clock, HttpRequest, HttpResponse } from '@helvino/runtime'
import { decodeIdentitySecret, type IdentitySecret } from './identity-secret.ts'

/** What came of a change: also which setting the server did not take. */
export type ChangeResult = CallResult<OrgSettings> | { readonly kind: 'bad-field'; readonly field: string }

/** What the settings ask the server for, with an agent's token. Reading is for every agent but the secret; the rest is refused with `role_insufficient` to who is no admin. */
export interface SettingsCalls {
  findSettings(chat: ChatClient): Promise<CallResult<OrgSettings>>
  /** What is not named stays. All or nothing. */
  changeSettings(chat: ChatClient, change: Partial<OrgSettings>): Promise<ChangeResult>
  /** Hears the settings each time that the server has told them, whoever of this page asked. Returns the unsubscribe. */
  onSettings(this: void, listener: (settings: OrgSettings) => void): () => void
  /** What was edited and not saved, by the id of who edits: as long as the page lives. */
  readonly unsaved: Map<string, Partial<OrgSettings>>
  /** Made when it is first asked for. */
  findIdentitySecret(chat: ChatClient): Promise<CallResult<IdentitySecret>>
  rotateIdentitySecret(chat: ChatClient): Promise<CallResult<IdentitySecret>>
}

export interface SettingsCallsOptions {
  readonly clock: Clock
  /** Origin of the API, without a slash at the end. */
  readonly apiUrl: string
  /** @throws what the network throws. */
  readonly askAs: (chat: ChatClient, httpRequest: HttpRequest) => Promise<HttpResponse>
  readonly call: <Value>(
    httpRequest: HttpRequest,
    decode: (body: unknown) => Value | undefined,
    chat: ChatClient,
  ) => Promise<CallResult<Value>>
}

const settingsPath = '/api/agent/settings'
const identityPath = '/api/agent/identity'

export function createSettingsCalls({ clock, apiUrl, askAs, call }: SettingsCallsOptions): SettingsCalls {
  const bare = (method: 'GET' | 'POST', path: string): HttpRequest => ({ method, url: apiUrl + path, headers: {} })
  const listeners = new Set<(settings: OrgSettings) => void>()
  const tell = <Result extends CallResult<OrgSettings>>(result: Result): Result => {
    if (result.kind === 'answered') for (const listener of listeners) listener(result.value)
    return result
  }
  return {
    unsaved: new Map(),
    onSettings(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    findSettings: async (chat) => tell(await call(bare('GET', settingsPath), decodeOrgSettings, chat)),
    async changeSettings(chat, change) {
      try {
        const response = await askAs(chat, {
          ...{ method: 'PUT', url: apiUrl + settingsPath, body: JSON.stringify(change) },
          headers: { 'content-type': 'application/json' },
        })
        const field = asString(asRecord(parseJson(response.body))?.['field'])
        if (response.status === 400 && field !== undefined) return { kind: 'bad-field', field }
        return tell(readAnswer(response, decodeOrgSettings, clock.nowMs()))
      } catch (error) {
        return unreachable(error)
      }
    },
    findIdentitySecret: (chat) => call(bare('GET', identityPath), decodeIdentitySecret, chat),
    rotateIdentitySecret: (chat) => call(bare('POST', identityPath), decodeIdentitySecret, chat),
  }
}
