import { SimClock } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { Recent } from './recent.ts'

describe('recent answers', () => {
  it('[STO26] are shared for 500 ms from when they were asked for, and not beyond what was written since', async () => {
    const clock = new SimClock()
    const recent = new Recent<number>(clock)
    let asked = 0
    const ask = () => recent.find('a', () => Promise.resolve((asked += 1)))
    expect(await Promise.all([ask(), ask()])).toEqual([1, 1])
    await clock.advance(499)
    expect(await ask()).toBe(1)
    await clock.advance(1)
    expect(await ask()).toBe(2)
    recent.forget('a')
    expect(await ask()).toBe(3)
  })

  it('[STO26] are not kept where asking failed', async () => {
    const recent = new Recent<string>(new SimClock())
    await expect(recent.find('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
    expect(await recent.find('a', () => Promise.resolve('back'))).toBe('back')
  })

  it('[CV61] that were asked for anew outlive the failure of an older question', async () => {
    const recent = new Recent<string>(new SimClock())
    let fail: (error: Error) => void = () => undefined
    const older = recent.find('a', () => new Promise<string>((_resolve, reject) => (fail = reject)))
    recent.forget('a')
    expect(await recent.find('a', () => Promise.resolve('newer'))).toBe('newer')
    fail(new Error('away'))
    await expect(older).rejects.toThrow('away')
    expect(await recent.find('a', () => Promise.resolve('asked again'))).toBe('newer')
  })

  it('[STO27] are at most 10,000', async () => {
    const recent = new Recent<string>(new SimClock())
    const ask = (key: string, answer = key) => recent.find(key, () => Promise.resolve(answer))
    for (let index = 0; index < 10_000; index += 1) await ask(String(index))
    expect(await ask('0', 'asked again')).toBe('0')
    await ask('one more')
    expect(await ask('0', 'asked again')).toBe('asked again')
  })
})
