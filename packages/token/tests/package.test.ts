import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Api, startApi } from './api-server.ts'
import { type ConsumerProject, openConsumerProject } from './consumer-project.ts'

let project: ConsumerProject
let api: Api

beforeAll(async () => {
  project = await openConsumerProject()
  api = await startApi()
})
afterAll(async () => {
  await api.close()
  project.remove()
})

const everyEntry = `
import { createTokenRenewer, TokenError, type FetchingTokenRenewer, type TokenAnswer, type TokenEvent } from '@helvino/token'
import { askedNow, TokenError as CoreError, TokenRenewer, type Clock, type Random } from '@helvino/token/core'
import { withToken } from '@helvino/token/with-token'
import { parseTokenClaim, parseTokenExpiration } from '@helvino/token/jwt'
import { parseRetryAfter } from '@helvino/token/retry-after'
import { readTokenResponse } from '@helvino/token/token-response'
import { kyToken } from '@helvino/token/ky'
import { useAxiosToken } from '@helvino/token/axios'
import { openapiFetchToken } from '@helvino/token/openapi-fetch'

const fetchToken = async (signal: AbortSignal): Promise<TokenAnswer> => readTokenResponse(await fetch('/token', { signal }))
const renewer: FetchingTokenRenewer = createTokenRenewer({ fetchToken, shareAs: 'api/ada', bufferMs: 5_000 })
const stop: () => void = renewer.subscribe((event: TokenEvent) => void (event.type === 'renewed' && event.expiresAtMs))
const answer: Promise<Response> = renewer.fetch('/orders', { method: 'POST', body: () => 'a', signal: AbortSignal.timeout(1) })
const clock: Clock = { nowMs: () => 0, monotonicMs: () => 0, startTimer: () => () => {} }
const random: Random = { fraction: () => 0, bytes: (count) => new Uint8Array(count) }
const core: TokenRenewer = new TokenRenewer({ fetchToken, clock, random })
const seconds: number | null = parseTokenExpiration('') ?? parseTokenClaim('', 'iat')
const waitMs: number | undefined = parseRetryAfter('5', askedNow(clock).wallMs)
const isOne: boolean = TokenError === CoreError && new TokenError('refused').retryAfterMs === undefined
// @ts-expect-error a token is asked for by a function
createTokenRenewer({ fetchToken: 'https://issuer.test' })
const sent: Promise<number> = withToken(core, (token) => Promise.resolve(token.length), (size) => size > 9, { withinMs: 5 })
export { answer, core, isOne, kyToken, openapiFetchToken, sent, seconds, stop, useAxiosToken, waitMs }
`

const realClients = `
import axios from 'axios'
import ky from 'ky'
import createClient from 'openapi-fetch'
import { createTokenRenewer } from '@helvino/token'
import { useAxiosToken } from '@helvino/token/axios'
import { kyToken } from '@helvino/token/ky'
import { openapiFetchToken } from '@helvino/token/openapi-fetch'

const renewer = createTokenRenewer({ fetchToken: async () => ({ kind: 'unavailable', reason: 'example' }) })
const detach: () => void = useAxiosToken(axios.create(), renewer)
const api = ky.create({ prefix: 'https://api.test', ...kyToken(renewer) })
const client = createClient<{}>({ baseUrl: 'https://api.test', ...openapiFetchToken(renewer) })
export { api, client, detach }
`

const resolutions = [
  ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ['nodenext', ['--module', 'nodenext', '--moduleResolution', 'nodenext']],
] as const

describe('the package as it would be published', () => {
  it('[TKP1] has no dependency, no install script, and nothing but scripts, types, README and licence', () => {
    const manifest = JSON.parse(readFileSync(join(project.installed, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >
    const named = Object.keys(manifest).filter((key) => /dependencies|scripts|private/i.test(key))
    expect(named).toEqual([])
    expect(readdirSync(join(project.installed, '..'))).toEqual(['token'])
    const files = readdirSync(project.installed, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    )
    const others = files.filter(({ name }) => !/\.(js|d\.ts)$/.test(name)).map(({ name }) => name)
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json'])
    for (const { parentPath, name } of files.filter((file) => file.name.endsWith('ts') || file.name.endsWith('.js')))
      expect(readFileSync(join(parentPath, name), 'utf8'), name).not.toMatch(/from ["'](?!\.)/)
  })

  it('[TKP2] is what publint and attw want of a package of ES modules', async () => {
    const { buffer, byteOffset, byteLength } = project.tarball
    const tarball = buffer.slice(byteOffset, byteOffset + byteLength)
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
    const checked = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)))
    if (checked.types === false) throw new Error('attw finds no types')
    // There is no CommonJS to resolve to: `require` from CommonJS, and Node before `exports` (node10), are not served.
    const served = checked.problems.filter(
      (problem) => !('resolutionKind' in problem) || !['node10', 'node16-cjs'].includes(problem.resolutionKind),
    )
    expect(served).toEqual([])
  })

  it("[TKP3] runs the README's example as it stands there", async () => {
    const [, example = ''] =
      /```js\n([\s\S]*?)```/.exec(readFileSync(join(project.installed, 'README.md'), 'utf8')) ?? []
    const { output, code } = await project.run(example, { API_URL: api.url })
    expect(output).toBe(`200 {"token":"t1","body":"{\\"boxes\\":2}"}\n`)
    expect(code).toBe(0)
    expect(api.received.at(-1)?.headers['idempotency-key']).toBe('order-7')
  })

  it.each(resolutions)('[TKP4] compiles strictly with every entry: %s', async (_, settings) => {
    const own = await project.compile(everyEntry, [...settings, '--lib', 'es2022,dom', '--skipLibCheck', 'false'])
    expect(own.output).toBe('')
    const clients = ['axios', 'ky', 'openapi-fetch', 'openapi-typescript-helpers']
    const lib = ['--lib', 'es2022,dom,dom.iterable,dom.asynciterable', '--skipLibCheck', 'true']
    expect((await project.compile(realClients, [...settings, ...lib], clients)).output).toBe('')
  })

  it('[TKP5] has one TokenError, whichever entry it comes from', async () => {
    const { output } = await project.run(`
      import { createTokenRenewer, TokenError } from '@helvino/token'
      import { TokenError as CoreError, TokenRenewer } from '@helvino/token/core'
      const renewer = createTokenRenewer({ fetchToken: async () => ({ kind: 'refused', reason: 'no' }) })
      const error = await renewer.fetch('http://api.test').catch((error) => error)
      console.log(TokenError === CoreError, error instanceof CoreError, renewer instanceof TokenRenewer, error.code)
    `)
    expect(output).toBe('true true true refused\n')
  })

  it('[TKP6] keeps no process alive by itself, and keeps one alive while somebody waits', async () => {
    const { output, code } = await project.run(`
      import { createTokenRenewer } from '@helvino/token'
      let calls = 0
      const renewer = createTokenRenewer({
        shareAs: 'api/ada',
        fetchToken: async () => {
          calls += 1
          if (calls === 1) return { kind: 'unavailable', reason: 'down' }
          return { kind: 'issued', token: 't', issuerNowMs: Date.now(), expiresAtMs: Date.now() + 60 * 86_400_000 }
        },
      })
      renewer.hold()
      console.log(await renewer.validToken(), calls)
    `)
    expect([output, code]).toEqual(['t 2\n', 0])
  })
})
