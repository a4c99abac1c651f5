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

  it('[AG25] touches no account for an address that is used up', () => {
    const budget = createLoginBudget(new SimClock())
    tryMany(budget, 100, (index) => (index < 40 ? `account ${String(index)}` : 'ann'))
    expect(budget.take('ann', '192.0.2.2')).toBe(0)
    for (let tries = 1; tries < 8; tries++) expect(budget.take('ann', '192.0.2.2')).toBe(0)
    expect(budget.take('ann', '192.0.2.2')).toBe(60)
  })

  it('[AG26] does not forget an address or an account that it refuses, however many others come', () => {
    const budget = createLoginBudget(new SimClock())
    tryMany(budget, 40, (index) => `account ${String(index)}`)
    for (let index = 0; index < 25_000; index++) {
      budget.take(`other ${String(index)}`, `2001:db8::${index.toString(16)}`)
      if (index % 5_000 === 0) expect(budget.take('ann', '192.0.2.1')).toBe(60)
    }
    expect(budget.take('ann', '192.0.2.1')).toBe(60)
  })

  it('[AG27] gives an address one try back for a right password, and not those for other accounts', () => {
    const budget = createLoginBudget(new SimClock())
    tryMany(budget, 39, (index) => `account ${String(index)}`)
    expect(budget.take('mallory', '192.0.2.1')).toBe(0)
    budget.forgive('mallory', '192.0.2.1')
    expect(budget.take('next', '192.0.2.1')).toBe(0)
    expect(budget.take('after', '192.0.2.1')).toBe(60)
  })

  it('[AG28] counts a browser that is known for the account by itself, whatever strangers try', () => {
    const budget = createLoginBudget(new SimClock())
    tryMany(budget, 60, () => 'ann')
    expect(budget.take('ann', '192.0.2.1')).toBe(60)
    const waits = Array.from({ length: 9 }, () => budget.take('ann', '192.0.2.1', 'anns-browser'))
    expect(waits).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 60])
    budget.forgive('ann', '192.0.2.1', 'anns-browser')
    expect(budget.take('ann', '192.0.2.1', 'anns-browser')).toBe(0)
    // The right password from there gives nothing back to those who guess.
    expect(budget.take('ann', '192.0.2.2')).toBe(60)
  })

  it('[AG32] counts all browsers that are known for an account together, too: their cookies may have been collected', () => {
    const budget = createLoginBudget(new SimClock())
    const waits = Array.from({ length: 60 }, (_, n) => budget.take('ann', '192.0.2.1', `browser ${String(n % 20)}`))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(40)
    expect(budget.take('bob', '192.0.2.1', 'bobs-browser')).toBe(0)
  })

  it('[AG15] gives the tries back after the right password', () => {
    const budget = createLoginBudget(new SimClock())
    tryMany(budget, 8, () => 'ann')
    budget.forgive('ann', '192.0.2.1')
    expect(budget.take('ann', '192.0.2.1')).toBe(0)
  })
})
