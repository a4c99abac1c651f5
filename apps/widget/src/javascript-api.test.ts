import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { helvinoVerbs } from '@helvino/widget-package'
import { describe, expect, it } from 'vitest'
import { faceSettings } from './face-settings.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/javascript-api.md'), 'utf8')
const section = (name: string) => page.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? ''
const firstCells = (text: string) => [...text.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell)

describe('the page about the face', () => {
  it('[JF13] names every verb, setting and attribute that there is, and no other', () => {
    const verbs = firstCells(section('Verbs')).flatMap((cell) => [...cell.matchAll(/`(\w+)/g)].map(([, name]) => name))
    expect(verbs.sort()).toEqual(helvinoVerbs.split(' ').sort())
    const rows = [...section('Settings').matchAll(/^\| `(\w+)` +\| `([\w-]+)` +\|/gm)].map(([, name, attribute]) => [
      name,
      attribute,
    ])
    expect(rows).toEqual(Object.entries(faceSettings).map(([name, { attribute }]) => [name, attribute]))
  })
})
