import { describe, expect, it } from 'vitest'
import { everyAttack } from './every-attack.ts'
import { guardedRoutes, tenantRows } from './tenant-matrix.ts'

describe('the matrix of organisations', () => {
  it('[AK2] has a row for every route that knows its caller, and for nothing else', () => {
    expect(Object.keys(tenantRows).sort()).toEqual(guardedRoutes.map(({ route }) => route).sort())
  })

  it('[AK3] stands beside at least 190 attacks of other kinds, each with an id of its own', () => {
    const ids = everyAttack.map(({ id }) => id).filter((id) => !/^(?:role|tenant) /.test(id))
    expect(ids.length).toBeGreaterThanOrEqual(190)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
