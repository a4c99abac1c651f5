import { expect, it } from 'vitest'
import { Remembered } from './remembered.ts'

it('[CV60] remembers 10,000 names, and of one more forgets the one that was kept longest ago', () => {
  const remembered = new Remembered<number>()
  for (let index = 0; index < 10_000; index += 1) remembered.keep(String(index), index)
  remembered.keep('0', 7)
  expect([remembered.find('0'), remembered.find('1')]).toEqual([7, 1])
  remembered.keep('one more', 8)
  expect([remembered.find('0'), remembered.find('1'), remembered.find('one more')]).toEqual([7, undefined, 8])
  remembered.forget('0')
  expect(remembered.find('0')).toBeUndefined()
})
