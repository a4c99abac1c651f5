import { SimClock } from '@helvino/testkit'
import { describe, expect, it } from 'vitest'
import { createLoginBudget } from './login-budget.ts'

const tryMany = (budget: ReturnType<typeof createLoginBudget>, count: number, account: (index: number) => string) =>
  Array.from({ length: count }, (_unused, index) => budget.take(account(index), '192.0.2.1'))

describe('login budget', () => {
  it('[AG3] slows down guessing for one account with 429 and Retry-After', async () => {
    const clock = new SimClock()
    const budget = createLoginBudget(clock)
    const waits = tryMany(budget, 9, () => 'ann')
    expect(waits).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 60])
    await clock.advance(59_000)
    expect(budget.take('ann', '192.0.2.1')).toBe(1)
    await clock.advance(1_000)
    expect(budget.take('ann', '192.0.2.1')).toBe(0)
  })

  it('[AG14] slows down one address that tries many accounts', () => {
    const waits = tryMany(createLoginBudget(new SimClock()), 41, (index) => `account ${String(index)}`)
    expect(waits.slice(0, 40).every((wait) => wait === 0)).toBe(true)
    expect(waits[40]).toBe(60)
  })

  it('[AG15] gives the tries back after the right password', () => {
    const budget = createLoginBudget(new SimClock())
    tryMany(budget, 8, () => 'ann')
    budget.forgive('ann', '192.0.2.1')
    expect(budget.take('ann', '192.0.2.1')).toBe(0)
  })
})
