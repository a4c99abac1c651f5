import { SimRandom } from '@helvino/testkit'
import { expect, it } from 'vitest'
import { messageId } from './message-id.ts'

it('[STO28] makes ids that stand in the order of their instants, no two the same', () => {
  const random = new SimRandom('ids')
  const ids = [1_000, 1_000, 1_001, Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 5) + 1].map((nowMs) =>
    messageId(random, nowMs),
  )
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(ids[0]?.slice(0, 13)).toBe('00000000-03e8')
  expect(ids.slice(1)).toEqual(ids.slice(1).toSorted())
  expect(new Set(ids).size).toBe(ids.length)
})
