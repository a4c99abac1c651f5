import { call } from '../api-client.ts'
import { ask, attacks, changes, hashes, outcomeOf } from './attack.ts'
import type { Stage } from './stage.ts'

const login = (stage: Stage, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  call(`${stage.url}/api/agent/login`, { body, headers })

const attempt =
  (body: (stage: Stage) => unknown, headers: Readonly<Record<string, string>> = {}) =>
  async (stage: Stage) =>
    outcomeOf(await login(stage, body(stage), headers))

const withCookie = (
  stage: Stage,
  path: string,
  cookie: string,
  headers: Readonly<Record<string, string>> = {},
  method: 'GET' | 'POST' = 'POST',
) => ask(stage, path, { method, headers: { cookie, ...headers } })

const ownCookie = (path: string, headers: Readonly<Record<string, string>>) => (stage: Stage) =>
  withCookie(stage, path, stage.ours.admin.cookie, headers)

const failed = '401 login_failed'
const foreign = '403 origin_not_allowed'
const none = '401 login_required'

/** Passwords, sessions and the tokens that are made from them. */
const passwords = attacks(
  [
    'auth-01',
    'a wrong password',
    failed,
    attempt((stage) => ({ email: stage.ours.adminLogin.email, password: 'wrong-password-1' })),
    hashes,
  ],
  [
    'auth-02',
    'somebody who is not there: the same answer',
    failed,
    attempt(() => ({ email: 'nobody@ours.example', password: 'wrong-password-1' })),
    hashes,
  ],
  ['auth-03', 'no password', '400 request_invalid', attempt((stage) => ({ email: stage.ours.adminLogin.email }))],
  [
    'auth-04',
    'a password that is an object',
    '400 request_invalid',
    attempt((stage) => ({ email: stage.ours.adminLogin.email, password: { $ne: '' } })),
  ],
  [
    'auth-05',
    'a list of passwords',
    '400 request_invalid',
    attempt((stage) => ({ email: stage.ours.adminLogin.email, password: ['a', 'b'] })),
  ],
  [
    'auth-06',
    'a password of 60,000 characters',
    '400 request_invalid',
    attempt((stage) => ({ email: stage.ours.adminLogin.email, password: 'x'.repeat(60_000) })),
  ],
  [
    'auth-07',
    'an address that is an object',
    '400 request_invalid',
    attempt(() => ({ email: { $regex: '.*' }, password: 'wrong-password-1' })),
  ],
  [
    'auth-08',
    'SQL for an address',
    failed,
    attempt(() => ({ email: "' OR 1=1 --@x.example", password: 'wrong-password-1' })),
    hashes,
  ],
  [
    'auth-09',
    'an empty password',
    failed,
    attempt((stage) => ({ email: stage.ours.agentLogin.email, password: '' })),
    hashes,
  ],
  ['auth-10', 'the right password over a name that is not this machine', '403 login_insecure', plainHttp, hashes],
  [
    'auth-11',
    'the right password from another site',
    foreign,
    attempt((stage) => ({ ...stage.ours.adminLogin }), { origin: 'https://evil.example' }),
    hashes,
  ],
  [
    'auth-12',
    "the login library's own path",
    '404 not_found',
    (stage) => ask(stage, '/api/auth/sign-in/email', { body: stage.ours.adminLogin }),
  ],
  [
    'auth-13',
    "the login library's path for new users",
    '404 not_found',
    (stage) => ask(stage, '/api/auth/sign-up/email', { body: { ...stage.ours.adminLogin, name: 'x' } }),
  ],
  [
    'auth-14',
    'guessing one account',
    '429 rate_limited',
    async (stage) => {
      const guesses = await Promise.all(
        Array.from({ length: 12 }, (_, at) =>
          login(stage, { email: 'guessed@ours.example', password: `guess-number-${String(at)}` }),
        ),
      )
      const late = guesses.find(({ status }) => status === 429)
      return late?.headers.get('retry-after') ? outcomeOf(late) : 'never refused'
    },
    hashes,
  ],
)

/** The name that the request says it is for is chosen by whoever sends it, so `fetch` does not do. */
async function plainHttp({ url, ours }: Stage): Promise<string> {
  const { request } = await import('node:http')
  const body = JSON.stringify(ours.adminLogin)
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/api/agent/login`,
      { method: 'POST', headers: { host: 'chat.example', 'content-type': 'application/json' } },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => (text += part))
        response.on('end', () => {
          resolve(`${String(response.statusCode)} ${/"code":"(\w+)"/.exec(text)?.[1] ?? ''}`)
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

const sessions = attacks(
  ['auth-15', 'no cookie', none, (stage) => ask(stage, '/api/agent/token', { method: 'POST' })],
  [
    'auth-16',
    'a cookie of their own making',
    none,
    (stage) => withCookie(stage, '/api/agent/token', 'helvino.session=abc.def'),
  ],
  [
    'auth-17',
    'a real cookie with another signature',
    none,
    (stage) => withCookie(stage, '/api/agent/token', stage.ours.admin.cookie.replace(/.{4}(?=;|$)/, 'AAAA')),
  ],
  [
    'auth-18',
    'the cookie under another name',
    none,
    (stage) => withCookie(stage, '/api/agent/token', stage.ours.admin.cookie.replace('helvino', 'better-auth')),
  ],
  [
    'auth-19',
    'the cookie for an API call',
    '401 token_missing',
    (stage) => withCookie(stage, '/api/agent/conversations', stage.ours.admin.cookie, {}, 'GET'),
  ],
  [
    'auth-20',
    'an agent token for the session',
    none,
    (stage) => ask(stage, '/api/agent/token', { method: 'POST', headers: stage.ours.admin.headers }),
  ],
  [
    'auth-21',
    'a session that the attacker chose before the login',
    'another session',
    async (stage) => {
      const chosen = 'helvino.session=chosen-by-the-attacker'
      const answer = await login(stage, stage.ours.agentLogin, { cookie: chosen })
      return answer.headers.getSetCookie().some((value) => value.includes('chosen'))
        ? 'the same session'
        : 'another session'
    },
    hashes,
  ],
  [
    'auth-22',
    'a cookie that a script could read',
    'HttpOnly; SameSite=Lax',
    async (stage) => {
      const [cookie = ''] = (await login(stage, stage.ours.agentLogin)).headers.getSetCookie()
      return ['HttpOnly', 'SameSite=Lax'].filter((attribute) => cookie.includes(attribute)).join('; ')
    },
    hashes,
  ],
  [
    'auth-23',
    'a token after the logout',
    '401 token_invalid',
    async (stage) => {
      const { logIn } = await import('../api-client.ts')
      const { cookie, headers } = await logIn(stage.url, stage.ours.agentLogin)
      await call(`${stage.url}/api/agent/logout`, { method: 'POST', headers: { cookie } })
      return ask(stage, '/api/agent/conversations', { headers })
    },
    hashes,
  ],
  [
    'auth-24',
    'the cookie after the logout',
    none,
    async (stage) => {
      const { logIn } = await import('../api-client.ts')
      const { cookie } = await logIn(stage.url, stage.ours.agentLogin)
      await call(`${stage.url}/api/agent/logout`, { method: 'POST', headers: { cookie } })
      return withCookie(stage, '/api/agent/token', cookie)
    },
    hashes,
  ],
  [
    'auth-25',
    'an invitation that is guessed',
    '404 not_found',
    (stage) => ask(stage, '/api/invitation', { headers: { 'x-invitation-token': 'A'.repeat(43) } }),
  ],
  [
    'auth-26',
    'an invitation that is an object',
    '404 not_found',
    (stage) =>
      ask(stage, '/api/invitation/accept', {
        body: { token: 'A'.repeat(43), name: 'x', password: 'a-password-of-theirs' },
      }),
    hashes,
  ],
  [
    'auth-27',
    'the id of an invitation for its token',
    '404 not_found',
    (stage) => ask(stage, '/api/invitation', { headers: { 'x-invitation-token': stage.theirs.invitationId } }),
  ],
  [
    'auth-28',
    'an invitation with a role of their choice',
    'agent',
    (stage) => invited(stage, { role: 'agent' }, { role: 'admin', orgId: stage.theirs.id }),
    { ...changes, ...hashes },
  ],
)

/** The role that somebody has in the end who was invited as one thing and asks for more when they accept. */
async function invited(stage: Stage, as: object, asking: object): Promise<string> {
  const { headers } = stage.ours.admin
  const email = 'joins@ours.example'
  const { body } = await call(`${stage.url}/api/agent/team/invitations`, { headers, body: { email, ...as } })
  await call(`${stage.url}/api/invitation/accept`, {
    body: { token: body['token'], name: 'Joins', password: 'a-password-of-theirs', ...asking },
  })
  const { text } = await call(`${stage.url}/api/agent/team`, { headers })
  return new RegExp(`"${email}","role":"(\\w+)"`).exec(text)?.[1] ?? 'not there'
}

/** Another site's page in the browser of somebody who is logged in. */
const browserAttacks = attacks(
  [
    'browser-01',
    'a form of another site',
    foreign,
    ownCookie('/api/agent/token', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
  ],
  [
    'browser-02',
    'another site of the same domain',
    foreign,
    ownCookie('/api/agent/token', { origin: 'https://blog.ours.example', 'sec-fetch-site': 'same-site' }),
  ],
  [
    'browser-03',
    'a frame without an origin',
    foreign,
    ownCookie('/api/agent/token', { origin: 'null', 'sec-fetch-site': 'cross-site' }),
  ],
  [
    'browser-04',
    'a logout from another site',
    foreign,
    ownCookie('/api/agent/logout', { origin: 'https://evil.example' }),
  ],
  [
    'browser-05',
    'an origin that a proxy is said to have had',
    foreign,
    ownCookie('/api/agent/token', {
      origin: 'https://evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    }),
  ],
  [
    'browser-06',
    'an agent token from another site',
    foreign,
    (stage) =>
      ask(stage, '/api/agent/conversations', {
        headers: { ...stage.ours.admin.headers, origin: 'https://ours.example' },
      }),
  ],
  [
    'browser-07',
    "leave for another site to read agents' answers",
    'none',
    async (stage) => {
      const { headers } = await call(`${stage.url}/api/agent/conversations`, {
        headers: { ...stage.ours.admin.headers, origin: 'https://evil.example' },
      })
      return headers.get('access-control-allow-origin') ?? 'none'
    },
  ],
  [
    'browser-08',
    "a preflight for an agent's call",
    '404 not_found',
    (stage) =>
      ask(stage, '/api/agent/conversations', {
        method: 'OPTIONS',
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      }),
  ],
  [
    'browser-09',
    'cookies for other sites',
    'none',
    async (stage) => {
      const { headers } = await call(`${stage.url}/api/bootloader`, {
        headers: { 'x-org-key': stage.ours.key, origin: 'https://ours.example' },
      })
      return headers.get('access-control-allow-credentials') ?? headers.get('set-cookie') ?? 'none'
    },
  ],
  [
    'browser-10',
    'the inbox in a frame',
    "frame-ancestors 'none'",
    (stage) => policyOf(stage, '/inbox', /frame-ancestors [^;]+/),
  ],
  [
    'browser-11',
    'the demo in a frame',
    "frame-ancestors 'none'",
    (stage) => policyOf(stage, '/demo', /frame-ancestors [^;]+/),
  ],
  [
    'browser-12',
    'scripts of others in the inbox',
    "default-src 'none'",
    (stage) => policyOf(stage, '/inbox', /default-src [^;]+/),
  ],
  [
    'browser-13',
    'inline scripts in the inbox',
    'no unsafe',
    (stage) => policyOf(stage, '/inbox', /unsafe-\w+/, 'no unsafe'),
  ],
  [
    'browser-14',
    'another base for the addresses of the inbox',
    "base-uri 'none'",
    (stage) => policyOf(stage, '/inbox', /base-uri [^;]+/),
  ],
  [
    'browser-15',
    'a window of another site that keeps hold of the inbox',
    'same-origin',
    async (stage) => (await call(`${stage.url}/inbox`)).headers.get('cross-origin-opener-policy') ?? 'none',
  ],
  [
    'browser-16',
    'where somebody was, told to other sites',
    'same-origin',
    async (stage) => (await call(`${stage.url}/inbox`)).headers.get('referrer-policy') ?? 'none',
  ],
  [
    'browser-17',
    'an answer that is taken for a script',
    'nosniff',
    async (stage) => (await call(`${stage.url}/api/bootloader`)).headers.get('x-content-type-options') ?? 'none',
  ],
  [
    'browser-18',
    'a key rotated from another site',
    '404 not_found',
    ownCookie('/demo/rotate-key', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }),
  ],
  ['browser-19', 'metrics by another name of this machine', '404', rebound],
)

async function policyOf({ url }: Stage, path: string, wanted: RegExp, absent = 'none'): Promise<string> {
  const policy = (await call(`${url}${path}`)).headers.get('content-security-policy') ?? ''
  return wanted.exec(policy)?.[0] ?? absent
}

async function rebound(stage: Stage): Promise<string> {
  const { sendRaw } = await import('./attack.ts')
  return sendRaw(stage, ['GET /metrics HTTP/1.1\r\nHost: rebound.example\r\n\r\n'])
}

export const loginAttacks = [...passwords, ...sessions, ...browserAttacks]
