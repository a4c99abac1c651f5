import { describe, expect, it } from 'vitest'
import { isGuessable } from './guessable-password.ts'

const guessed = async (passwords: readonly string[], context: readonly string[] = []) => {
  const all = await Promise.all(
    passwords.map(async (password) => ((await isGuessable(password, context)) ? [password] : [])),
  )
  return all.flat()
}

describe('a password that is chosen', () => {
  it.each([
    ['that many people have', ['qwerty123456', '1qaz2wsx3edc', 'Administrator', '123456789012']],
    ['that many have, with figures and signs around it', ['Password2026!', '!!sunshine!!!', '12dragon34567']],
    ['that many have, twice over', ['monkeymonkey', 'letmeinletmein']],
    ['that is one piece over and over', ['aaaaaaaaaaaa', 'xyzxyzxyzxyz', '121212121212']],
  ])('[PW1] is one to be guessed %s', async (_what, passwords) => {
    expect(await guessed(passwords)).toEqual(passwords)
  })

  it('[PW2] is one to be guessed where it is made of the address, or of the product’s name, and figures and signs', async () => {
    const made = ['grace.hopper42', 'Hopper-Grace!!', 'shopshopexample', 'helvino-2026!']
    expect(await guessed(made, ['grace.hopper@shop.example'])).toEqual(made)
    expect(await guessed(made.slice(0, 2), ['ada@lovelace.example'])).toEqual([])
  })

  it('[PW3] is none to be guessed where it is words that do not belong together, also those above among others, or was drawn', async () => {
    const good = [
      'correct horse battery',
      'my dragon eats helvino',
      'grace sails on tuesdays',
      'x7Kp2mQ9vL4n',
      '日本語のながいことば',
    ]
    expect(await guessed(good, ['grace@shop.example'])).toEqual([])
  })
})
