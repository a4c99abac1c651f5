import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
import type { Random } from '@helvino/runtime'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { refuse } from '../http/refuse.ts'
import { createNonce, pageHeaders } from './security-headers.ts'

/** Folders that the builds of the apps fill. */
export interface PageFolders {
  readonly widget: string
  readonly inbox: string
  /** The demo shop. */
  readonly demo: string
  /** Pages made from the guides. */
  readonly docs: string
}

export interface PageOptions {
  readonly folders: PageFolders
  readonly random: Random
  /** The demo's org key; `undefined` where the demo is off. */
  readonly demoOrgKey: string | undefined
}

const lentName = /^(panel|face)-[\w-]+\.js$/
const chunkName = /^(?:panel|live|view|words|face|telemetry)-[\w-]+\.js$/
// A folder at most, and no name that climbs out of it.
const docName = /^(?:[\w-]+\/)?[\w-]+(?:\.css|\.png)?$/
const demoFile = /^(?:demo\.js|shop\.css)$/
const assetName = /^[\w-]+(?:\.[\w-]+)+$/
const yearSeconds = 365 * 24 * 60 * 60
const noncePlaceholder = '__NONCE__'
const orgKeyPlaceholder = '__ORG_KEY__'

/** One plain sentence for each part that is not built, for whoever starts the server. */
export function missingBuilds({ widget, inbox, demo }: PageFolders): string[] {
  const missing: string[] = []
  if (!existsSync(join(widget, 'embed.js')))
    missing.push('The widget is not built yet, so pages cannot show it: run npm run build.')
  if (!existsSync(join(inbox, 'index.html')))
    missing.push('The inbox is not built yet, so nobody can answer in a browser: run npm run build.')
  if (!existsSync(join(demo, 'index.html')))
    missing.push('The demo shop is not built yet, so its page cannot be shown: run npm run build.')
  return missing
}

/** Today's chunk of the kind that is asked for by yesterday's name, where the loader's contract with it is stable. */
function currentChunk(folder: string, wanted: string): string | undefined {
  const kind = lentName.exec(wanted)?.[1]
  if (kind === undefined || !existsSync(folder)) return undefined
  return readdirSync(folder).find((name) => lentName.exec(name)?.[1] === kind)
}

/** What other sites load: readable from every origin, never sniffed into another type. */
function shared(reply: FastifyReply): FastifyReply {
  return reply
    .header('access-control-allow-origin', '*')
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('x-content-type-options', 'nosniff')
}

const immutable = { maxAge: yearSeconds * 1000, immutable: true } as const

function addWidgetFiles(app: FastifyInstance, widget: string): void {
  app.get('/embed.js', (_request, reply) => {
    if (!existsSync(join(widget, 'embed.js')))
      return refuse(reply, 'not_found', { message: 'The widget is not built.' })
    return shared(reply).sendFile('embed.js', widget, { maxAge: 300_000 })
  })
  app.get<{ Params: { '*': string } }>('/assets/*', (request, reply) => {
    const wanted = request.params['*']
    if (!chunkName.test(wanted)) return refuse(reply, 'not_found')
    if (existsSync(join(widget, wanted))) return shared(reply).sendFile(wanted, widget, immutable)
    // A page that was loaded before a deploy asks for the panel that its `embed.js` knew. The loader's contract with the panel
    // is stable, so today's panel serves it; under yesterday's name it must not be kept.
    const current = currentChunk(widget, wanted)
    if (current === undefined) return refuse(reply, 'not_found')
    return shared(reply).header('cache-control', 'no-store').sendFile(current, widget, { cacheControl: false })
  })
}

/** A page that was built, with this answer's nonce and policy. */
async function sendPage(reply: FastifyReply, folder: string, what: string, random: Random, orgKey = '') {
  const path = join(folder, 'index.html')
  if (!existsSync(path)) return refuse(reply, 'not_found', { message: `${what} is not built.` })
  const nonce = createNonce(random)
  const html = (await readFile(path, 'utf8')).replaceAll(noncePlaceholder, nonce).replaceAll(orgKeyPlaceholder, orgKey)
  return reply.headers(pageHeaders(nonce)).type('text/html; charset=utf-8').send(html)
}

/** The shop, where there is one. Its controls are `http/demo-routes.ts`. */
function addDemo(app: FastifyInstance, { folders: { demo }, random, demoOrgKey }: PageOptions): void {
  app.get('/demo', (_request, reply) => {
    if (demoOrgKey === undefined) return refuse(reply, 'not_found', { message: 'The demo is switched off.' })
    return sendPage(reply, demo, 'The demo shop', random, demoOrgKey)
  })
  app.get<{ Params: { name: string } }>('/demo/assets/:name', (request, reply) => {
    const { name } = request.params
    if (demoOrgKey === undefined || !demoFile.test(name) || !existsSync(join(demo, name)))
      return refuse(reply, 'not_found')
    return reply.header('x-content-type-options', 'nosniff').sendFile(name, demo, { cacheControl: false })
  })
}

function addInbox(app: FastifyInstance, { folders: { inbox }, random }: PageOptions): void {
  const assets = join(inbox, 'assets')
  const page = (reply: FastifyReply) => sendPage(reply, inbox, 'The inbox', random)
  app.get('/inbox', (_request, reply) => page(reply))
  app.get('/inbox/*', (_request, reply) => page(reply))
  app.get<{ Params: { '*': string } }>('/inbox/assets/*', (request, reply) => {
    const name = request.params['*']
    if (!assetName.test(name) || !existsSync(join(assets, name))) return refuse(reply, 'not_found')
    return reply.header('x-content-type-options', 'nosniff').sendFile(name, assets, immutable)
  })
}

function addDocs(app: FastifyInstance, { folders: { docs }, random }: PageOptions): void {
  const send = (reply: FastifyReply, name: string) => {
    const file = /\.(?:css|png)$/.test(name) ? name : `${name}.html`
    if (!docName.test(name) || !existsSync(join(docs, file))) return refuse(reply, 'not_found')
    return reply.headers(pageHeaders(createNonce(random))).sendFile(file, docs, { cacheControl: false })
  }
  app.get('/docs', (_request, reply) => send(reply, 'index'))
  app.get<{ Params: { '*': string } }>('/docs/*', (request, reply) => send(reply, request.params['*']))
}

/** What a browser opens: the demo shop, the inbox, and the widget's files. */
export async function addPageRoutes(app: FastifyInstance, options: PageOptions): Promise<void> {
  const { folders, demoOrgKey } = options
  await app.register(staticFiles, { root: folders.widget, serve: false, suppressWarning: true })
  app.get('/', (_request, reply) => reply.redirect(demoOrgKey === undefined ? '/inbox' : '/demo'))
  addWidgetFiles(app, folders.widget)
  addInbox(app, options)
  addDemo(app, options)
  addDocs(app, options)
}
