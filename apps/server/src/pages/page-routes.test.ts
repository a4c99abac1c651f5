import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SimRandom } from '@helvino/testkit'
import Fastify from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { addPageRoutes, missingBuilds } from './page-routes.ts'

const roots: string[] = []

async function openWorld() {
  const root = mkdtempSync(join(tmpdir(), 'helvino-pages-'))
  roots.push(root)
  const at = (name: string) => join(root, name)
  const folders = { widget: at('widget'), inbox: at('inbox'), demo: at('demo'), docs: at('docs') }
  mkdirSync(folders.widget)
  mkdirSync(join(folders.inbox, 'assets'), { recursive: true })
  mkdirSync(folders.demo)
  writeFileSync(join(folders.demo, 'index.html'), '<script nonce="__NONCE__">__ORG_KEY__</script>')
  writeFileSync(join(folders.demo, 'demo.js'), 'demo script')
  writeFileSync(join(folders.widget, 'embed.js'), 'loader')
  writeFileSync(join(folders.widget, 'panel-today1.js'), 'panel of today')
  writeFileSync(join(folders.inbox, 'index.html'), '<meta name="csp-nonce" content="__NONCE__">inbox')
  writeFileSync(join(folders.inbox, 'assets', 'main-1.js'), 'inbox script')
  writeFileSync(join(root, 'secret.js'), 'not for the network')
  const app = Fastify()
  await addPageRoutes(app, { folders, random: new SimRandom(1), demoOrgKey: 'demo' })
  return { app, folders }
}

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

describe('page routes', () => {
  it('[PG4] serves embed.js to every site, cached for five minutes', async () => {
    const { app } = await openWorld()
    const { body, headers } = await app.inject('/embed.js')
    expect(body).toBe('loader')
    expect(headers['cache-control']).toBe('public, max-age=300')
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['content-type']).toContain('javascript')
  })

  it('[PG5] serves the panel by its content hash to every site, cached for ever', async () => {
    const { app } = await openWorld()
    const { body, headers } = await app.inject('/assets/panel-today1.js')
    expect(body).toBe('panel of today')
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(headers['access-control-allow-origin']).toBe('*')
  })

  it('[PG6] answers the hash of an older panel with today’s panel, uncached: a page open over a deploy finds it', async () => {
    const { app } = await openWorld()
    const { statusCode, body, headers } = await app.inject('/assets/panel-yesterday.js')
    expect([statusCode, body, headers['cache-control']]).toEqual([200, 'panel of today', 'no-store'])
  })

  it('[PG7] serves nothing outside the folders of the builds', async () => {
    const { app } = await openWorld()
    const paths = [
      '/assets/../secret.js',
      '/assets/..%2fsecret.js',
      '/assets/embed.js',
      '/inbox/assets/..%2findex.html',
    ]
    for (const path of [...paths, '/inbox/assets/../../secret.js', '/inbox/assets/%2e%2e%2f%2e%2e%2fsecret.js']) {
      const { body } = await app.inject(path)
      expect(body, path).not.toContain('not for the network')
      expect(body, path).not.toBe('loader')
    }
  })

  it('[PG8] serves the inbox under each of its addresses, with the answer’s own nonce in it', async () => {
    const { app } = await openWorld()
    for (const path of ['/inbox', '/inbox/', '/inbox/conversations/c1']) {
      const { statusCode, body, headers } = await app.inject(path)
      const nonce = /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1]
      expect(statusCode).toBe(200)
      expect(body).toBe(`<meta name="csp-nonce" content="${String(nonce)}">inbox`)
      expect(headers['cache-control']).toBe('no-store')
    }
    const { headers } = await app.inject('/inbox/assets/main-1.js')
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
  })

  it.each(['..%2f..', '.hidden.js', '..js', 'main-1.js%00', 'no-extension', 'a/b.js'])(
    '[PG12] answers the name %s of an asset as one that is not there',
    async (name) => {
      const { app, folders } = await openWorld()
      for (const odd of ['.hidden.js', '..js', 'no-extension'])
        writeFileSync(join(folders.inbox, 'assets', odd), 'not for the network')
      const { statusCode, body } = await app.inject(`/inbox/assets/${name}`)
      expect([statusCode, body.includes('not for the network')]).toEqual([404, false])
    },
  )

  it('[PG9] has no demo, and sends the front page to the inbox, while the demo is off', async () => {
    const { folders } = await openWorld()
    const off = Fastify()
    await addPageRoutes(off, { folders, random: new SimRandom(1), demoOrgKey: undefined })
    for (const path of ['/demo', '/demo/assets/demo.js']) expect((await off.inject(path)).statusCode).toBe(404)
    expect((await off.inject('/')).headers.location).toBe('/inbox')
  })

  it('[PG10] names in one sentence each part that is not built', async () => {
    const { folders } = await openWorld()
    expect(missingBuilds(folders)).toEqual([])
    const nowhere = join(folders.widget, 'nowhere')
    expect(missingBuilds({ widget: nowhere, inbox: nowhere, demo: nowhere, docs: folders.docs })).toHaveLength(3)
  })
})
