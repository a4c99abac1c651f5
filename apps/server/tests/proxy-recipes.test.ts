import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { headers } from '@helvino/protocol'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { call, openVisitor, postText } from './api-client.ts'
import { runCommand } from './run-command.ts'
import { SocketClient } from './socket-client.ts'
import { buildServer, type SpawnedServer, spawnServer } from './spawn-server.ts'
import { testFolder } from './test-folder.ts'

const recipe = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../deploy/${name}`, import.meta.url)), 'utf8')

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, [program === 'nginx' ? '-v' : 'version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

interface Running {
  /** By plain HTTP, for the test's own calls. */
  readonly url: string
  /** What the world would call it. */
  readonly publicUrl: string
  /** What the doctor needs to accept the test's certificate. */
  readonly env: Readonly<Record<string, string>>
}

/** A change that the recipe has to have a place for. */
function replaced(text: string, from: string | RegExp, to: string): string {
  const changed = text.replace(from, to)
  expect([from, changed === text]).toEqual([from, false])
  return changed
}

function run(program: string, args: readonly string[], folder: string): void {
  const child: ChildProcess = spawn(program, args, {
    env: { PATH: process.env['PATH'], HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    stdio: 'ignore',
  })
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode === null && child.kill('SIGTERM')) await ended
  })
}

/** The recipe as it is, with the ports, the name and the certificate of the test. */
async function runNginx(behind: number): Promise<Running> {
  const folder = testFolder()
  const [plain, secure] = [await freePort(), await freePort()]
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject],
    { stdio: 'ignore' },
  )
  let site = recipe('nginx.conf')
  site = replaced(site, 'server 127.0.0.1:4000', `server 127.0.0.1:${behind}`)
  site = replaced(site, '  listen 80;\n  listen [::]:80;', `  listen 127.0.0.1:${await freePort()};`)
  site = replaced(
    site,
    '  listen 443 ssl;\n  listen [::]:443 ssl;',
    `  listen 127.0.0.1:${secure} ssl;\n  listen 127.0.0.1:${plain};`,
  )
  site = replaced(site, /ssl_certificate \S+;/, `ssl_certificate ${certificate};`)
  site = replaced(site, /ssl_certificate_key \S+;/, `ssl_certificate_key ${key};`)
  site = replaced(site, /chat\.example\.com;/g, 'localhost 127.0.0.1;')
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${user} daemon off; pid ${folder}/pid; error_log ${folder}/error.log; events {} http { ${places.join(' ')}\n${site}\n}`,
  )
  run('nginx', ['-e', join(folder, 'error.log'), '-p', folder, '-c', join(folder, 'nginx.conf')], folder)
  return {
    url: `http://127.0.0.1:${plain}`,
    publicUrl: `https://localhost:${secure}`,
    env: { NODE_EXTRA_CA_CERTS: certificate },
  }
}

/** The same. Its https is Caddy's own doing and needs a public name: left out here. */
async function runCaddy(behind: number): Promise<Running> {
  const folder = testFolder()
  const port = await freePort()
  let site = recipe('Caddyfile')
  site = replaced(site, '\nchat.example.com {', `\nhttp://127.0.0.1:${port} {`)
  site = replaced(site, 'reverse_proxy 127.0.0.1:4000', `reverse_proxy 127.0.0.1:${behind}`)
  mkdirSync(join(folder, 'caddy'))
  writeFileSync(join(folder, 'Caddyfile'), `{\n\tadmin off\n}\n${site}`)
  run('caddy', ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'], folder)
  return { url: `http://127.0.0.1:${port}`, publicUrl: `http://127.0.0.1:${port}`, env: {} }
}

/** While nobody is behind the proxy: what a page gets, and whether it may read it. */
async function comebacks(url: string): Promise<readonly number[]> {
  const seconds: number[] = []
  for (let n = 0; n < 20; n += 1) {
    const {
      status,
      headers: sent,
      body,
    } = await call(`${url}/api/bootloader`, { headers: { origin: 'https://shop.example' } })
    expect([status, body['code'], sent.get('access-control-allow-origin')]).toEqual([503, 'unavailable', '*'])
    expect(sent.get('access-control-expose-headers')).toContain('retry-after')
    seconds.push(Number(sent.get('retry-after')))
  }
  const preflight = await call(`${url}/api/bootloader`, {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.example' },
  })
  expect(preflight.status).toBe(204)
  const allowed = preflight.headers.get('access-control-allow-headers')?.split(', ') ?? []
  expect(allowed).toEqual(
    expect.arrayContaining([headers.orgKey, headers.siteId, headers.visitorId, headers.visitorIdentity]),
  )
  expect(allowed).toEqual(expect.arrayContaining([headers.orgToken, headers.idempotencyKey, 'content-type']))
  return seconds
}

async function start(port: number, publicUrl: string, dataFolder: string): Promise<SpawnedServer> {
  const server = await spawnServer({
    dataFolder,
    env: { PORT: String(port), PUBLIC_URL: publicUrl, HELVINO_DEMO: 'on', TRUSTED_PROXIES: '1' },
  })
  onTestFinished(() => server.remove())
  return server
}

beforeAll(buildServer)

describe('the recipes for a proxy', () => {
  it.each([
    { program: 'nginx', runProxy: runNginx },
    { program: 'caddy', runProxy: runCaddy },
  ])(
    '[OP9] lead to the server with everything that it needs, and tell callers when to come back while it is down: $program',
    { timeout: 90_000 },
    async ({ program, runProxy }) => {
      if (!isInstalled(program)) {
        console.warn(`${program} is not installed here: its recipe is not tried.`)
        return
      }
      const port = await freePort()
      const proxy = await runProxy(port)
      await expect
        .poll(
          () =>
            call(`${proxy.url}/healthz`).then(
              ({ status }) => status,
              () => 0,
            ),
          { timeout: 20_000 },
        )
        .toBe(503)
      const seconds = await comebacks(proxy.url)
      for (const each of seconds) expect(each >= 120 && each <= 300, String(each)).toBe(true)
      expect(new Set(seconds).size).toBeGreaterThan(1)

      const dataFolder = testFolder()
      const server = await start(port, proxy.publicUrl, dataFolder)
      const settings = {
        HELVINO_DATA_DIR: dataFolder,
        PORT: String(port),
        PUBLIC_URL: proxy.publicUrl,
        TRUSTED_PROXIES: '1',
      }
      const { code, stdout } = await runCommand(['doctor'], { env: { ...settings, ...proxy.env } })
      expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing is wrong.')])
      expect(stdout).not.toMatch(/^-/m)

      const visitor = await openVisitor(proxy.url)
      const socket = new SocketClient(proxy.url)
      await socket.hello({ orgToken: visitor.token }, [{ id: visitor.conversationId, after: 0 }])
      const traced = await postText(proxy.url, visitor, 'through the proxy')
      expect([traced.status, traced.headers.get('x-request-id')]).toEqual([
        201,
        expect.stringMatching(/^[\da-f-]{32,36}$/),
      ])
      await socket.until(({ type }) => type === 'message')
      await server.kill('SIGTERM')
      expect((await call(`${proxy.url}/healthz`)).status).toBe(503)
      // As soon as it is back.
      await start(port, proxy.publicUrl, dataFolder)
      expect((await postText(proxy.url, visitor, 'and again')).status).toBe(201)
    },
  )
})
