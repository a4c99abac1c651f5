import { asRecord, asString } from './record.ts'

/**
 * Every refusal that the HTTP API gives, with its status (RFC 9110 section 15) and the sentence in `error`.
 * The client acts on `code`. `retryAfter` marks the ones that always carry a `Retry-After` header (RFC 9110 section 10.2.3).
 */
export const refusals = {
  token_missing: { status: 401, error: 'Missing org token' },
  token_invalid: { status: 401, error: 'Invalid or expired org token' },
  token_expired: { status: 401, error: 'Invalid or expired org token' },
  login_required: { status: 401, error: 'Not logged in' },
  login_failed: { status: 401, error: 'The e-mail address or the password is wrong' },
  password_wrong: { status: 403, error: 'The password is wrong' },
  two_factor_required: { status: 401, error: 'A code is wanted beside the password' },
  code_wrong: { status: 403, error: 'The code is wrong' },
  two_factor_demanded: { status: 403, error: 'Your organisation asks for a code beside the password' },
  two_factor_on: { status: 403, error: 'Two-factor login is on already' },
  login_insecure: { status: 403, error: 'Logging in needs https' },
  metrics_key_invalid: { status: 401, error: 'The key is missing or wrong' },
  origin_not_allowed: { status: 403, error: 'This site may not use the widget yet' },
  org_disabled: { status: 403, error: 'This organisation is switched off' },
  writes_disabled: { status: 403, error: 'New messages are switched off' },
  identity_invalid: { status: 403, error: 'The identity could not be verified' },
  role_insufficient: { status: 403, error: 'Your role does not allow this' },
  not_found: { status: 404, error: 'Not found' },
  last_owner: { status: 409, error: 'The organisation needs an owner' },
  shortcut_taken: { status: 409, error: 'Another reply has this shortcut' },
  address_taken: { status: 409, error: 'Somebody with this address is a member already' },
  limit_reached: { status: 409, error: 'There is no room for more' },
  in_progress: { status: 409, error: 'The same request is still being worked on' },
  body_too_large: { status: 413, error: 'The request is too large' },
  media_type_unsupported: { status: 415, error: 'Send JSON' },
  request_invalid: { status: 400, error: 'The request is not valid' },
  content_invalid: { status: 422, error: 'The message text is not valid' },
  password_guessable: { status: 422, error: 'This password is too easily guessed' },
  role_invalid: { status: 422, error: 'This role may not be used here' },
  visitor_invalid: { status: 422, error: 'The visitor id is missing or malformed' },
  idempotency_mismatch: { status: 422, error: 'The same key was used for another text' },
  rate_limited: { status: 429, error: 'Too many requests', retryAfter: true },
  unavailable: { status: 503, error: 'The service cannot answer right now', retryAfter: true },
  storage_full: { status: 503, error: 'The storage is full', retryAfter: true },
  internal: { status: 500, error: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; error: string; retryAfter?: true }>

export type RefusalCode = keyof typeof refusals

/** The body of every refusal. `message` says what happened in this case; `hint` what to do about it. */
export interface RefusalBody {
  readonly error: string
  readonly code: RefusalCode
  readonly message: string
  readonly hint?: string
  /** Which field of the request is not valid, where it is one: `theme.primaryColor`, say. */
  readonly field?: string
}

// Spelled out, so that a client's bundle need not carry the table above.
const tokenTexts = ['Missing org token', 'Invalid or expired org token']

/** True where the answer says "this token", so that renewing it can help: `token_*` as 401 or 403, or an older server's 403 with one of the two texts. */
export function isTokenRefusal(status: number, body: unknown): boolean {
  if (status !== 401 && status !== 403) return false
  const record = asRecord(body)
  const code = asString(record?.['code'])
  if (code !== undefined) return code.startsWith('token_')
  return tokenTexts.includes(asString(record?.['error']) ?? '')
}
