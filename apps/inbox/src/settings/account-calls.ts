import type { CallResult, ChatClient } from '@helvino/client'
import { type AgentAccount, decodeAgentAccount, decodeTwoFactorOffer, type TwoFactorOffer } from '@helvino/protocol'
import type { HttpRequest } from '@helvino/runtime'

/** What somebody does with their own login, and an admin with those of others. */
export interface AccountCalls {
  find(chat: ChatClient): Promise<CallResult<AgentAccount>>
  /** Ends their other logins, or this one too. */
  endSessions(chat: ChatClient, scope: 'others' | 'all'): Promise<CallResult<AgentAccount>>
  /** Refused with `password_wrong` where the present one is another, and `password_guessable`. */
  changePassword(current: string, next: string): Promise<CallResult<true>>
  /** A new secret for an authenticator app, told once. Refused with `password_wrong`, or `two_factor_on`. */
  enrolTwoFactor(password: string): Promise<CallResult<TwoFactorOffer>>
  /** From here on a login asks for a code. Refused with `code_wrong`. */
  confirmTwoFactor(code: string): Promise<CallResult<true>>
  /** Refused with `password_wrong` or `code_wrong`. */
  disableTwoFactor(password: string, code: string): Promise<CallResult<true>>
  /** Admins only, as what follows. */
  signOutMember(chat: ChatClient, userId: string): Promise<CallResult<true>>
  signOutVisitors(chat: ChatClient): Promise<CallResult<true>>
}

export interface AccountCallsOptions {
  readonly call: <Value>(
    httpRequest: HttpRequest,
    decode: (body: unknown) => Value | undefined,
    chat?: ChatClient,
  ) => Promise<CallResult<Value>>
  readonly get: (path: string) => HttpRequest
  readonly post: (path: string, body?: object) => HttpRequest
}

const done = () => true as const

export function createAccountCalls({ call, get, post }: AccountCallsOptions): AccountCalls {
  return {
    find: (chat) => call(get('/api/agent/account'), decodeAgentAccount, chat),
    endSessions: (chat, scope) => call(post('/api/agent/sessions/end', { scope }), decodeAgentAccount, chat),
    changePassword: (currentPassword, newPassword) =>
      call(post('/api/agent/password', { currentPassword, newPassword }), done),
    enrolTwoFactor: (password) => call(post('/api/agent/two-factor/enrol', { password }), decodeTwoFactorOffer),
    confirmTwoFactor: (code) => call(post('/api/agent/two-factor/confirm', { code }), done),
    disableTwoFactor: (password, code) => call(post('/api/agent/two-factor/disable', { password, code }), done),
    signOutMember: (chat, userId) => call(post(`/api/agent/team/members/${userId}/sign-out`), done, chat),
    signOutVisitors: (chat) => call(post('/api/agent/visitors/sign-out', { scope: 'all' }), done, chat),
  }
}
