import { expect, it } from 'vitest'
import { systemRandom } from '../src/system-node.ts'

it('[RND1] gives each byte of chance out once, whatever is asked for in one go', () => {
  const seen = new Set<string>()
  for (let n = 0; n < 5_000; n += 1) seen.add(Buffer.from(systemRandom.bytes(16)).toString('hex'))
  expect(seen.size).toBe(5_000)
  for (const count of [0, 1, 4_095, 4_096, 4_097, 20_000]) {
    const bytes = systemRandom.bytes(count)
    expect(bytes).toHaveLength(count)
    // 4,095 bytes that are all but empty would be those of a draw that was wiped.
    if (count > 4_000) expect(bytes.filter((byte) => byte === 0).length).toBeLessThan(count / 100)
  }
})

it('[RND1] keeps what it has given out, when more is drawn', () => {
  const first = systemRandom.bytes(16)
  const copy = Uint8Array.from(first)
  for (let n = 0; n < 600; n += 1) systemRandom.bytes(16)
  expect(first).toEqual(copy)
})
