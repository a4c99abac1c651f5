import { describe, expect, it } from 'vitest'
import { complainOfNode } from './node-version.ts'

describe('the version of Node', () => {
  it('[OP10] is said where it is too old, before anything is opened', () => {
    for (const version of ['18.20.4', '20.19.2', '22.12.0'])
      expect(complainOfNode(version)).toContain(`needs Node 22.13 or newer, and this is ${version}`)
    for (const version of ['22.13.0', '22.20.1', '24.1.0', process.versions.node])
      expect(complainOfNode(version)).toBeUndefined()
  })
})
