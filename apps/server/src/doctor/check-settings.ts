import { isLoopback, type ServerConfig } from '../config.ts'
import { type Finding, ok, wrong } from './finding.ts'

/** As `engines` of package.json says it. */
const leastNode = [22, 13] as const

/** `version` is such as "24.1.0". */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor, leastMinor] = leastNode
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return ok('node', `Node is ${version}.`)
  return wrong(
    'node',
    `Node is ${version}, at least ${leastNode.join('.')} is needed.`,
    'Install Node 24, or start with "npm start", which fetches one.',
  )
}

/** Text that somebody typed; of 32 random bytes not one set in a trillion looks like it. */
const isTyped = (secret: Uint8Array): boolean => secret.every((byte) => byte >= 0x20 && byte < 0x7f)

function checkSecrets({ orgTokenSecrets = [] }: ServerConfig): Finding[] {
  return orgTokenSecrets
    .filter(({ secret }) => isTyped(secret))
    .map(({ kid }) =>
      wrong(
        'settings',
        `The secret ${kid} of ORG_TOKEN_SECRETS is a text, and may be guessed.`,
        "Make one with \"openssl rand -base64 48 | tr -d '=\\n' | tr '/+' '_-'\" and put it before the others.",
      ),
    )
}

const isLocalUrl = (url: string): boolean => isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))

/** Who reaches it, and what they find there. */
function checkExposure({ host, publicUrl, demo }: ServerConfig): Finding[] {
  const found: Finding[] = []
  if (publicUrl === undefined && !isLoopback(host))
    found.push(
      wrong(
        'exposure',
        `HOST is ${host}, which the network reaches, and PUBLIC_URL is unset: nobody can log in but from this machine.`,
        'Put a proxy with https in front and set PUBLIC_URL to its address, or leave HOST out.',
      ),
    )
  if (publicUrl?.startsWith('http:') && !isLocalUrl(publicUrl))
    found.push(
      wrong(
        'exposure',
        `PUBLIC_URL is ${publicUrl}: passwords and messages would cross the network readably.`,
        'Serve https at the proxy, and set PUBLIC_URL to the https address.',
      ),
    )
  if (demo && (publicUrl === undefined ? !isLoopback(host) : !isLocalUrl(publicUrl)))
    found.push(
      wrong(
        'exposure',
        'The demo is switched on where others reach it: whoever comes by writes to your inbox.',
        'Leave HELVINO_DEMO out, or set it to off.',
      ),
    )
  return found.length > 0 ? found : [ok('exposure', 'Who reaches it is as the settings mean it.')]
}

export function checkSettings(config: ServerConfig): readonly Finding[] {
  const secrets = checkSecrets(config)
  return [...(secrets.length > 0 ? secrets : [ok('settings', 'All settings make sense.')]), ...checkExposure(config)]
}
