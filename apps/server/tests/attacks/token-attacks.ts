import { createHmac } from 'node:crypto'
import { signToken } from '../../src/auth/signed-token.ts'
import type { KeyPurpose } from '../../src/auth/key-ring.ts'
import { ask, attacks, postAs } from './attack.ts'
import type { Stage } from './stage.ts'

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const partsOf = ({ ours }: Stage): readonly [string, string, string] => {
  const [header = '', payload = '', signature = ''] = ours.visitors[0].token.split('.')
  return [header, payload, signature]
}

type Json = Readonly<Record<string, unknown>>

const claimsOf = (stage: Stage): Json =>
  JSON.parse(Buffer.from(partsOf(stage)[1], 'base64url').toString('utf8')) as Json

/** A real signature of the newest key over claims of the attacker's choice. */
function signed(stage: Stage, change: Json, purpose: KeyPurpose = 'org-token', lifetimeSeconds = 300): string {
  const { iat: _iat, exp: _exp, ...claims } = claimsOf(stage)
  const nowMs = Date.now()
  return signToken(stage.keyRing, purpose, { ...claims, ...change }, { nowMs, lifetimeSeconds, validFromMs: 0 })
}

/** A real signature over exactly this payload. */
function signedAs(stage: Stage, payload: unknown): string {
  const { headerPart, key } = stage.keyRing.signingKey('org-token')
  const body = `${headerPart}.${encode(payload)}`
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`
}

const send = (stage: Stage, token: string): Promise<string> =>
  postAs(stage, stage.ours.visitors[0], { 'x-org-token': token })

const refused =
  (make: (stage: Stage) => string) =>
  (stage: Stage): Promise<string> =>
    send(stage, make(stage))

const withHeader = (header: unknown) => refused((stage) => [encode(header), ...partsOf(stage).slice(1)].join('.'))

/** Signed with a key of the attacker, under the header of their choice. */
const selfSigned = (header: unknown, key: string, algorithm = 'sha256') =>
  refused((stage) => {
    const body = `${encode(header)}.${partsOf(stage)[1]}`
    return `${body}.${createHmac(algorithm, key).update(body).digest('base64url')}`
  })

const seconds = () => Math.floor(Date.now() / 1_000)
const invalid = '401 token_invalid'

const spelling = attacks(
  ['token-01', 'no token at all', '401 token_missing', (stage) => send(stage, '')],
  ['token-02', 'a word', invalid, refused(() => 'token')],
  ['token-03', 'two parts', invalid, refused((stage) => partsOf(stage).slice(0, 2).join('.'))],
  ['token-04', 'four parts', invalid, refused((stage) => [...partsOf(stage), 'more'].join('.'))],
  ['token-05', 'an empty signature', invalid, refused((stage) => `${partsOf(stage)[0]}.${partsOf(stage)[1]}.`)],
  ['token-06', 'only dots', invalid, refused(() => '..')],
  ['token-07', 'padding behind the signature', invalid, refused((stage) => `${partsOf(stage).join('.')}=`)],
  [
    'token-08',
    'a space behind the signature inside a list',
    invalid,
    refused((stage) => `${partsOf(stage).join('.')} x`),
  ],
  [
    'token-09',
    'base64 in its other alphabet',
    invalid,
    refused((stage) => `${partsOf(stage)[0]}.${partsOf(stage)[1]}.${'+/'.repeat(22).slice(0, 43)}`),
  ],
  ['token-10', 'another spelling of the same signature', invalid, refused(respelt)],
  [
    'token-11',
    'longer than a token may be',
    invalid,
    refused((stage) => `${partsOf(stage).join('.')}${'A'.repeat(4_096)}`),
  ],
  ['token-12', 'parts in another order', invalid, refused((stage) => [...partsOf(stage)].reverse().join('.'))],
  [
    'token-13',
    'twice in one header',
    invalid,
    refused((stage) => `${partsOf(stage).join('.')}, ${partsOf(stage).join('.')}`),
  ],
)

/** The last character of 43 carries four bits: three of its neighbours in the alphabet mean the same bytes. */
function respelt(stage: Stage): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const token = partsOf(stage).join('.')
  const last = alphabet.indexOf(token.slice(-1))
  return token.slice(0, -1) + (alphabet[last ^ 1] ?? '')
}

const forging = attacks(
  [
    'token-14',
    'alg none and no signature',
    invalid,
    refused((stage) => `${encode({ alg: 'none', typ: 'OrgToken' })}.${partsOf(stage)[1]}.`),
  ],
  ['token-15', 'alg none beside the old signature', invalid, withHeader({ alg: 'none', typ: 'OrgToken' })],
  ['token-16', 'alg nOnE', invalid, withHeader({ alg: 'nOnE', typ: 'OrgToken' })],
  ['token-17', 'HS256 with an empty key', invalid, selfSigned({ alg: 'HS256', typ: 'OrgToken' }, '')],
  ['token-18', 'HS256 with the word secret', invalid, selfSigned({ alg: 'HS256', typ: 'OrgToken' }, 'secret')],
  ['token-19', 'HS512 by the attacker', invalid, selfSigned({ alg: 'HS512', typ: 'OrgToken' }, 'key', 'sha512')],
  [
    'token-20',
    'HS256 with the public org key as the key',
    invalid,
    selfSigned({ alg: 'HS256', typ: 'OrgToken' }, 'key_ours'),
  ],
  ['token-21', 'RS256 in the header', invalid, withHeader({ alg: 'RS256', typ: 'OrgToken' })],
  [
    'token-22',
    'a key of their own in jwk',
    invalid,
    selfSigned({ alg: 'HS256', typ: 'OrgToken', jwk: { kty: 'oct', k: 'a2V5' } }, 'key'),
  ],
  [
    'token-23',
    'an address of keys in jku',
    invalid,
    (stage) => selfSigned({ alg: 'HS256', typ: 'OrgToken', jku: stage.canary.url }, 'key')(stage),
  ],
  ['token-24', 'a certificate in x5c', invalid, selfSigned({ alg: 'HS256', typ: 'OrgToken', x5c: ['MII'] }, 'key')],
  [
    'token-25',
    'a file as the key id',
    invalid,
    selfSigned({ alg: 'HS256', typ: 'OrgToken', kid: '../../../../dev/null' }, ''),
  ],
  [
    'token-26',
    'SQL as the key id',
    invalid,
    selfSigned({ alg: 'HS256', typ: 'OrgToken', kid: "x' UNION SELECT 'key" }, 'key'),
  ],
  [
    'token-27',
    'a prototype as the key id',
    invalid,
    selfSigned({ alg: 'HS256', typ: 'OrgToken', kid: '__proto__' }, ''),
  ],
  ['token-28', 'a real key id in the header of another spelling', invalid, reordered],
  ['token-29', 'one bit of the payload', invalid, refused((stage) => flip(stage, 1))],
  ['token-30', 'one bit of the signature', invalid, refused((stage) => flip(stage, 2))],
  ['token-31', 'one bit of the header', invalid, refused((stage) => flip(stage, 0))],
  [
    'token-32',
    'another organisation in the payload',
    invalid,
    refused((stage) => repaid(stage, { orgId: stage.theirs.id, orgKey: stage.theirs.key })),
  ],
  [
    'token-33',
    'another expiry in the payload',
    invalid,
    refused((stage) => repaid(stage, { exp: seconds() + 9_999_999 })),
  ],
)

/** The header's fields in another order, signed by the attacker's own key. */
function reordered(stage: Stage): Promise<string> {
  const { alg, typ, kid } = JSON.parse(Buffer.from(partsOf(stage)[0], 'base64url').toString('utf8')) as Record<
    string,
    string
  >
  return send(stage, `${encode({ kid, typ, alg })}.${partsOf(stage).slice(1).join('.')}`)
}

function flip(stage: Stage, part: 0 | 1 | 2): string {
  const parts = [...partsOf(stage)]
  const bytes = Buffer.from(parts[part] ?? '', 'base64url')
  bytes[7] = (bytes[7] ?? 0) ^ 1
  parts[part] = bytes.toString('base64url')
  return parts.join('.')
}

const repaid = (stage: Stage, change: Json): string =>
  [partsOf(stage)[0], encode({ ...claimsOf(stage), ...change }), partsOf(stage)[2]].join('.')

const claiming = attacks(
  [
    'token-34',
    'a real signature that has run out',
    '401 token_expired',
    refused((stage) => signedAs(stage, { ...claimsOf(stage), iat: seconds() - 301, exp: seconds() - 1 })),
  ],
  [
    'token-35',
    'a real signature that ends this second',
    '401 token_expired',
    refused((stage) => signedAs(stage, { ...claimsOf(stage), iat: seconds() - 300, exp: seconds() })),
  ],
  ['token-36', 'a longer life than is issued', invalid, refused((stage) => signed(stage, {}, 'org-token', 301))],
  ['token-37', 'a life of ten years', invalid, refused((stage) => signed(stage, {}, 'org-token', 315_360_000))],
  [
    'token-38',
    'issued in an hour',
    invalid,
    refused((stage) => signedAs(stage, { ...claimsOf(stage), iat: seconds() + 3_600, exp: seconds() + 3_900 })),
  ],
  [
    'token-39',
    'times as texts',
    invalid,
    refused((stage) => signedAs(stage, { ...claimsOf(stage), iat: String(seconds()), exp: String(seconds() + 300) })),
  ],
  [
    'token-40',
    'a fraction as the expiry',
    invalid,
    refused((stage) => signedAs(stage, { ...claimsOf(stage), exp: seconds() + 299.5 })),
  ],
  ['token-41', 'no expiry', invalid, refused((stage) => signedAs(stage, { ...claimsOf(stage), exp: undefined }))],
  ['token-42', 'an array as the payload', invalid, refused((stage) => signedAs(stage, []))],
  ['token-43', 'null as the payload', invalid, refused((stage) => signedAs(stage, null))],
  [
    'token-44',
    'the organisation as an object',
    invalid,
    refused((stage) => signedAs(stage, { ...claimsOf(stage), orgId: { $ne: '' } })),
  ],
  ['token-45', 'a real signature of the key for agents', invalid, refused((stage) => signed(stage, {}, 'agent-token'))],
  ['token-46', "an agent's own token", invalid, (stage) => send(stage, stage.ours.admin.token)],
  [
    'token-47',
    'an organisation that is not there',
    invalid,
    refused((stage) => signed(stage, { orgId: 'org_nobody', orgKey: 'key_nobody' })),
  ],
  [
    'token-48',
    'id and key of two organisations',
    invalid,
    refused((stage) => signed(stage, { orgKey: stage.theirs.key })),
  ],
  ['token-49', 'the token of another visitor', invalid, (stage) => send(stage, stage.ours.visitors[1].token)],
  ['token-50', 'the token of another organisation', invalid, (stage) => send(stage, stage.theirs.visitors[0].token)],
  ['token-51', 'the token in the address', '401 token_missing', inAddress],
  [
    'token-52',
    'the token as a bearer token',
    '401 token_missing',
    (stage) =>
      postAs(stage, stage.ours.visitors[0], {
        'x-org-token': '',
        authorization: `Bearer ${stage.ours.visitors[0].token}`,
      }),
  ],
  [
    'token-53',
    'the token as a cookie',
    '401 token_missing',
    (stage) =>
      postAs(stage, stage.ours.visitors[0], {
        'x-org-token': '',
        cookie: `x-org-token=${stage.ours.visitors[0].token}`,
      }),
  ],
  ['token-54', 'an empty visitor in a real token', invalid, refused((stage) => signed(stage, { vid: '' }))],
)

function inAddress(stage: Stage): Promise<string> {
  const { token, conversationId, headers } = stage.ours.visitors[0]
  const path = `/conversations/${conversationId}/messages?x-org-token=${token}&orgToken=${token}`
  return ask(stage, path, { headers: { ...headers, 'x-org-token': '' }, body: { role: 'user', content: 'hello' } })
}

export const tokenAttacks = [...spelling, ...forging, ...claiming]
