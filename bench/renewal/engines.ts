import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineModule } from './engine.ts'

export interface EngineEntry {
  readonly name: string
  /** Packages whose versions are shown; empty for what no package ships. */
  readonly packages: readonly string[]
  readonly variant: string
  /** How it is set up, in one line. */
  readonly configuration: string
  /** Below `bench/`. */
  readonly module: string
  /** The smallest import that gives the feature; `undefined` where there is no package, or where it was counted already. */
  readonly smallestImport: string | undefined
  /** The client it plugs into, which an app that chooses it has already. */
  readonly host?: readonly string[]
}

export const peersFolder = join(import.meta.dirname, '..', 'peers')

export const ours: EngineEntry = {
  name: 'helvino',
  packages: ['@helvino/token'],
  variant: '',
  configuration:
    'createTokenRenewer as shipped, readTokenResponse, renewer.fetch (replays once on 401); shareAs in the tab rows only; 5 runs, ranges shown',
  module: 'renewal/helvino-engine.ts',
  smallestImport: "export { TokenRenewer } from '@helvino/token/core'",
}

const smithy = {
  packages: ['@smithy/core'],
  module: 'peers/smithy-memoize.mjs',
}
const google = { packages: ['google-auth-library'], module: 'peers/google-auth.mjs' }
const axiosAuth = { packages: ['axios-auth-refresh', 'axios'], module: 'peers/axios-auth-refresh.mjs' }

export const peers: readonly EngineEntry[] = [
  {
    ...smithy,
    name: 'smithy memoize, 300 s',
    variant: '300 s',
    configuration: "AWS SDK's own window of 300 s (assumes tokens of 1 h); expiry from the server, local clock",
    smallestImport: "export { memoize } from '@smithy/core/config'",
  },
  {
    ...smithy,
    name: 'smithy memoize, 15 s',
    variant: '15 s',
    configuration: 'window of 15 s instead; else the same',
    smallestImport: undefined,
  },
  {
    name: 'azure bearer policy',
    packages: ['@azure/core-rest-pipeline'],
    variant: '',
    configuration:
      'as shipped (should 120 s, must 1 s, not settable); expiry = local clock + expires_in as @azure/identity',
    module: 'peers/azure-bearer-policy.mjs',
    smallestImport: "export { bearerTokenAuthenticationPolicy } from '@azure/core-rest-pipeline'",
  },
  {
    name: 'supabase auth-js',
    packages: ['@supabase/auth-js'],
    variant: '',
    configuration: 'as shipped: localStorage, BroadcastChannel, autoRefreshToken; getSession() before each call',
    module: 'peers/supabase-auth.mjs',
    smallestImport: "export { AuthClient } from '@supabase/auth-js'",
  },
  {
    name: 'oidc-client-ts',
    packages: ['oidc-client-ts'],
    variant: '',
    configuration:
      'as shipped: automaticSilentRenew at exp - 60 s; getUser() before each call, signinSilent() if expired',
    module: 'peers/oidc-client.mjs',
    smallestImport: "export { UserManager } from 'oidc-client-ts'",
  },
  {
    name: 'urql authExchange',
    packages: ['@urql/exchange-auth', '@urql/core'],
    variant: '',
    configuration: 'app checks exp - 15 s by the local clock in willAuthError; didAuthError on 401',
    module: 'peers/urql-auth.mjs',
    smallestImport: "export { authExchange } from '@urql/exchange-auth'",
    host: ['@urql/core', 'wonka'],
  },
  {
    ...google,
    name: 'google-auth, 300 s',
    variant: '300 s',
    configuration: 'OAuth2Client as shipped: eager 300 s (assumes tokens of 1 h), no replay',
    smallestImport: "export { OAuth2Client } from 'google-auth-library'",
  },
  {
    ...google,
    name: 'google-auth, 15 s + force',
    variant: '15 s, force',
    configuration: 'eagerRefreshThresholdMillis 15 s, forceRefreshOnFailure (one replay on 401 or 403)',
    smallestImport: undefined,
  },
  {
    ...axiosAuth,
    name: 'axios-auth-refresh',
    variant: '',
    configuration: 'as shipped: reactive on 401, deduplicateRefresh, 3 tries',
    smallestImport: "export { createAuthRefresh } from 'axios-auth-refresh'; export { default } from 'axios'",
    host: ['axios'],
  },
  {
    ...axiosAuth,
    name: 'axios-auth-refresh, no dedup',
    variant: 'no dedup',
    configuration: 'deduplicateRefresh false, else the same',
    smallestImport: undefined,
  },
  {
    name: 'textbook axios queue',
    packages: ['axios'],
    variant: '',
    configuration: 'the tutorial: isRefreshing flag, array of waiters, one replay on 401; no package',
    module: 'peers/axios-queue.mjs',
    smallestImport: undefined,
  },
  {
    name: 'ky hook',
    packages: ['ky'],
    variant: '',
    configuration: 'afterResponse hook of its readme: refresh and ky.retry on the first 401',
    module: 'peers/ky-hook.mjs',
    smallestImport: "export { default } from 'ky'",
  },
]

export const engines: readonly EngineEntry[] = [ours, ...peers]

export async function loadEngine({ module }: EngineEntry): Promise<EngineModule> {
  return (await import(new URL(`../${module}`, import.meta.url).href)) as EngineModule
}

export function engineNamed(name: string | undefined): EngineEntry {
  const entry = engines.find((each) => each.name === name)
  if (!entry) throw new Error(`there is no engine called ${String(name)}`)
  return entry
}

/** "name version" of everything the engine consists of. */
export function versionsOf({ packages }: EngineEntry): string {
  const version = (name: string) => {
    const folder =
      name === '@helvino/token' ? join(peersFolder, '../../packages/token') : join(peersFolder, 'node_modules', name)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string }
    return `${name} ${manifest.version}`
  }
  return packages.map(version).join(', ')
}
