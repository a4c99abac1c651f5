import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { createElement, StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { createSSRApp, h } from 'vue'
import { renderToString as renderVueToString } from 'vue/server-renderer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { environmentFor, runQuietly } from '../../../tools/child.mjs'
import { npmFor } from '../../../tools/node-binary.mjs'
import { helvinoFace, loadHelvino } from '../src/index.ts'
import { HelvinoChat, useHelvino } from '../src/react.ts'
import { helvino, useHelvino as useHelvinoInVue } from '../src/vue.ts'

const site = { siteId: 'site_demo', apiUrl: 'https://chat.example' }
const folder = mkdtempSync(join(tmpdir(), 'helvino-widget-package-'))
const dist = join(folder, 'dist')

beforeAll(() => {
  execFileSync(process.execPath, [join(import.meta.dirname, '../build.mjs'), dist])
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the package of the widget, as it would be published', () => {
  it('[PK1] is what publint and attw want of a package of ES modules, with nothing that is installed beside it', async () => {
    const { command, args } = npmFor(process.execPath)
    const pack = [...args, 'pack', '--ignore-scripts', '--pack-destination', folder]
    const packed = await runQuietly(command, pack, environmentFor(process.execPath), dist)
    expect(packed.code, packed.output).toBe(0)
    const name = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? ''
    const { buffer, byteOffset, byteLength } = readFileSync(join(folder, name))
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
    const manifest = JSON.parse(readFileSync(join(dist, 'package.json'), 'utf8')) as Record<string, unknown>
    expect(manifest['name']).toBe('@helvino/widget')
    expect(manifest['dependencies']).toBeUndefined()
  })

  it('[PK2] is a few hundred bytes, and no framework', () => {
    const files = readdirSync(dist).filter((name) => /^(index|shared-.*)\.js$/.test(name))
    const text = files.map((name) => readFileSync(join(dist, name), 'utf8')).join('')
    expect(text).not.toMatch(/from ["'](react|vue)/)
    expect(gzipSync(text, { level: 9 }).length).toBeLessThan(1_000)
  })

  it('[PK3] does nothing on a server, where every call is answered all the same', async () => {
    const face = loadHelvino(site)
    expect(face.isOpen()).toBe(false)
    expect(face('isOpen')).toBe(false)
    face.open()
    face.on('open', () => undefined)()
    helvinoFace()('identify', { token: 'x' })
    function Page() {
      return createElement('p', null, String(useHelvino().isOpen()))
    }
    const tree = createElement(StrictMode, null, createElement(HelvinoChat, site), createElement(Page))
    expect(renderToString(tree)).toBe('<p>false</p>')
    const app = createSSRApp({ setup: () => () => h('p', String(useHelvinoInVue().isOpen())) })
    expect(await renderVueToString(app.use(helvino, site))).toBe('<p>false</p>')
    expect('Helvino' in globalThis).toBe(false)
  })
})
