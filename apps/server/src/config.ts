import { isIP } from 'node:net'
import { decodeSecret, leastSecretBytes } from './auth/key-file.ts'
import type { PinnedSecret } from './auth/key-ring.ts'
import { parseOrigin } from './auth/origin.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface ServerConfig {
  readonly port: number
  readonly host: string
  readonly dataFolder: string
  /** Of a PostgreSQL, with its password. `undefined`: SQLite in the data folder. */
  readonly databaseUrl: string | undefined
  /** An origin, without a slash at its end. */
  readonly publicUrl: string | undefined
  readonly orgTokenLifetimeSeconds: number
  readonly orgTokenSecrets: readonly PinnedSecret[] | undefined
  /** Proxies in front, each of which adds its caller to `X-Forwarded-For`. */
  readonly trustedProxies: number
  /** Every limit of rates and counts times this; 0: none holds. */
  readonly rateLimitScale: number
  readonly demo: boolean
  readonly metrics: MetricsAccess
  readonly logLevel: LogLevel
}

/** Who may read the metrics: whoever is on this machine, whoever has the key, or nobody. */
export type MetricsAccess =
  { readonly kind: 'local' } | { readonly kind: 'key'; readonly key: string } | { readonly kind: 'closed' }

export type ConfigReading =
  | { readonly kind: 'ok'; readonly config: ServerConfig }
  /** One plain sentence for the operator; it never holds a secret. */
  | { readonly kind: 'invalid'; readonly message: string }

/** One environment variable. An unset or empty one takes the default. */
interface Setting<Value> {
  readonly name: string
  readonly meaning: string
  /** Of the value; empty where it has none. */
  readonly unit: string
  /** As one would set it; or, where there is no such value, what then holds, in words. */
  readonly byDefault: string
  /** Completes the sentence "… must be …". */
  readonly allowed: string
  /** Its value is never repeated in a message. */
  readonly isSecret?: true
  /** `undefined` for a value that is not allowed. */
  readonly parse: (text: string) => Value | undefined
}

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number | undefined =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined

// 32 random bytes have about 30 different values, and practically never fewer than this; a repeated word has.
const leastDifferentBytes = 16

function parseSecrets(text: string): readonly PinnedSecret[] | undefined {
  const secrets: PinnedSecret[] = []
  for (const item of text.split(',')) {
    const [kid = '', encoded, ...rest] = item.trim().split(':')
    const secret = decodeSecret(encoded)
    const isKnown = secrets.some((other) => other.kid === kid)
    if (!/^[\w-]{1,32}$/.test(kid) || isKnown || !secret || rest.length > 0) return undefined
    if (new Set(secret).size < leastDifferentBytes) return undefined
    secrets.push({ kid, secret })
  }
  return secrets
}

function parsePublicUrl(text: string): string | undefined {
  const origin = parseOrigin(text)
  return origin !== undefined && (text === origin || text === `${origin}/`) ? origin : undefined
}

function parseDatabaseUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url && /^postgres(?:ql)?:$/.test(url.protocol) && url.pathname.length > 1 ? text : undefined
}

const switches: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['1', true],
  ['true', true],
  ['off', false],
  ['0', false],
  ['false', false],
])

const leastMetricsKeyLength = 32
// What may stand in a bearer token (RFC 6750 section 2.1).
const metricsKeyPattern = new RegExp(`^[\\w.~+/=-]{${String(leastMetricsKeyLength)},256}$`)

const hostName = /^(?=.{1,253}$)[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/i

/** Every variable that the server reads, once. The manual is made from this table. */
export const settings = {
  port: {
    name: 'PORT',
    meaning: 'TCP port to listen on; 0 takes a free one.',
    unit: '',
    byDefault: '4000',
    allowed: 'a whole number from 0 to 65535',
    parse: wholeNumber(0, 65_535),
  },
  host: {
    name: 'HOST',
    meaning: 'Address to listen on. Anything but a loopback address opens the server to the network.',
    unit: '',
    byDefault: '127.0.0.1',
    allowed: 'an IP address or a host name',
    parse: (text) => (isIP(text) !== 0 || hostName.test(text) ? text : undefined),
  },
  dataFolder: {
    name: 'HELVINO_DATA_DIR',
    meaning:
      'Folder of the keys and, where DATABASE_URL is unset, of the database; made where it is missing, for the owner only.',
    unit: '',
    byDefault: './data',
    allowed: 'the path of a folder',
    parse: (text) => (text.includes('\0') ? undefined : text),
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    meaning: 'Keeps the data in this PostgreSQL, 15 or newer, instead of in a file; the keys stay in the data folder.',
    unit: '',
    byDefault: 'unset: SQLite in the data folder',
    allowed: 'the address of a PostgreSQL database, such as postgres://user:password@host:5432/name',
    isSecret: true,
    parse: parseDatabaseUrl,
  },
  redisUrl: {
    name: 'REDIS_URL',
    meaning: 'Reserved for several nodes.',
    unit: '',
    byDefault: 'unset: one node',
    allowed: 'unset, since this version runs on one node only',
    isSecret: true,
    parse: () => undefined,
  },
  publicUrl: {
    name: 'PUBLIC_URL',
    meaning: 'Address under which browsers reach the server, where a proxy stands before it.',
    unit: '',
    byDefault: 'unset: the address it listens on',
    allowed: 'an http or https address without a path, such as https://chat.example.com',
    parse: parsePublicUrl,
  },
  orgTokenLifetimeSeconds: {
    name: 'ORG_TOKEN_LIFETIME_SECONDS',
    meaning: 'Life of an org token and of an agent token.',
    unit: 's',
    byDefault: '300',
    allowed: 'a whole number of seconds from 5 to 600',
    parse: wholeNumber(5, 600),
  },
  orgTokenSecrets: {
    name: 'ORG_TOKEN_SECRETS',
    meaning: 'Pins the signing keys, instead of those in the data folder: the first signs, all verify.',
    unit: '',
    byDefault: 'unset: made at the first start and kept in the data folder',
    allowed: `a comma-separated list of kid:secret, each kid once, each secret at least ${String(leastSecretBytes)} random bytes in base64url without padding`,
    isSecret: true,
    parse: parseSecrets,
  },
  trustedProxies: {
    name: 'TRUSTED_PROXIES',
    meaning:
      'Proxies that stand in front, one behind the other; each adds the address of its caller to X-Forwarded-For. Limits by address count the address that the outermost of them has seen. The server must be reached through them alone. Behind a proxy that is not declared nobody is limited by address.',
    unit: '',
    byDefault: '0',
    allowed: 'a whole number from 0 to 9',
    parse: wholeNumber(0, 9),
  },
  rateLimitScale: {
    name: 'RATE_LIMIT_SCALE',
    meaning:
      'Multiplies every limit of requests in a time and of open connections, for a site beyond the usual size; 0 switches them off.',
    unit: '',
    byDefault: '1',
    allowed: 'a whole number from 0 to 10000',
    parse: wholeNumber(0, 10_000),
  },
  demo: {
    name: 'HELVINO_DEMO',
    meaning:
      'Whether the demo organisation and its page are there. Switched off, the demo is disabled and whoever answered for it gets an organisation of their own, and stays there: switched on later, nobody answers the demo.',
    unit: '',
    byDefault: 'on while HOST is a loopback address and PUBLIC_URL is unset',
    allowed: 'on or off (also 1 or 0, true or false)',
    parse: (text) => switches.get(text),
  },
  metricsKey: {
    name: 'METRICS_KEY',
    meaning:
      'Opens /metrics to whoever sends it as a bearer token. Without it, /metrics answers only while HOST is a loopback address and PUBLIC_URL is unset.',
    unit: '',
    byDefault: 'unset: no key',
    allowed: `${String(leastMetricsKeyLength)} to 256 letters, digits and -._~+/=`,
    isSecret: true,
    parse: (text) => (metricsKeyPattern.test(text) ? text : undefined),
  },
  logLevel: {
    name: 'LOG_LEVEL',
    meaning: 'The least important lines that are logged.',
    unit: '',
    byDefault: 'info',
    allowed: `one of ${logLevels.join(', ')}`,
    parse: (text) => logLevels.find((level) => level === text),
  },
} as const satisfies Record<string, Setting<unknown>>

/** Only this machine reaches an address of this kind. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)

/** Where the value may be shown, cut so that a pasted file does not fill the screen. */
function describeProblem({ name, allowed, isSecret }: Setting<unknown>, text: string): string {
  const given = isSecret ? 'the value given is not' : `${JSON.stringify(text.slice(0, 100))} is not`
  return `${name} must be ${allowed}; ${given}.`
}

function metricsAccess(key: string | undefined, isLocal: boolean): MetricsAccess {
  // A key that is set is asked for everywhere: whoever set it wants it.
  if (key !== undefined) return { kind: 'key', key }
  return { kind: isLocal ? 'local' : 'closed' }
}

/** The only reader of the environment. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ConfigReading {
  let problem: string | undefined
  function read<Value>(setting: Setting<Value>): Value | undefined {
    const text = env[setting.name]?.trim() ?? ''
    if (text === '') return undefined
    const value = setting.parse(text)
    if (value === undefined) problem ??= describeProblem(setting, text)
    return value
  }
  function readOrDefault<Value>(setting: Setting<Value>): Value {
    const value = read(setting) ?? setting.parse(setting.byDefault)
    if (value === undefined) throw new Error(`The default of ${setting.name} is not allowed.`)
    return value
  }
  read(settings.redisUrl)
  const host = readOrDefault(settings.host)
  const publicUrl = read(settings.publicUrl)
  const isLocal = isLoopback(host) && publicUrl === undefined
  const metricsKey = read(settings.metricsKey)
  const config: ServerConfig = {
    port: readOrDefault(settings.port),
    host,
    dataFolder: readOrDefault(settings.dataFolder),
    databaseUrl: read(settings.databaseUrl),
    publicUrl,
    orgTokenLifetimeSeconds: readOrDefault(settings.orgTokenLifetimeSeconds),
    orgTokenSecrets: read(settings.orgTokenSecrets),
    trustedProxies: readOrDefault(settings.trustedProxies),
    rateLimitScale: readOrDefault(settings.rateLimitScale),
    demo: read(settings.demo) ?? isLocal,
    metrics: metricsAccess(metricsKey, isLocal),
    logLevel: readOrDefault(settings.logLevel),
  }
  return problem === undefined ? { kind: 'ok', config } : { kind: 'invalid', message: problem }
}
