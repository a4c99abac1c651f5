import type { SimRandom } from '@helvino/testkit'

type Json = Readonly<Record<string, unknown>>

/** Values that have broken somebody's parser, database or loop before. */
const hostileValues: readonly unknown[] = [
  ...[null, true, false, 0, -1, 0.5, 1e308, -1e308, Number.MAX_SAFE_INTEGER + 2, '', ' ', '0', 'null', '__proto__'],
  ...['constructor', 'toString', '\u0000', '\ud800', '\u202e', '\u2028', '../../x', '%00', "' OR 1=1 --", '${7*7}'],
  ...['x'.repeat(65), 'x'.repeat(9_000), '<script>', 'javascript:alert(1)', '9'.repeat(400)],
  ...[[], {}, [[]], [null], { length: 1_000_000_000 }, { $ne: null }, { toJSON: 1 }, { then: 'x' }, { valueOf: null }],
]

const hostileNames = [
  '__proto__',
  'constructor',
  'prototype',
  'type',
  'id',
  'orgId',
  'role',
  'toString',
  '',
  '\u0000',
  'length',
]

type Change = (value: unknown, random: SimRandom) => string

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value with one of its fields, at any depth, put through `change`. */
function withField(value: unknown, random: SimRandom, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => withField(each, random, change))
  if (!isObject(value)) return change(value) ?? null
  const names = Object.keys(value)
  if (names.length === 0) return value
  const chosen = random.pick(names)
  const entries = names.flatMap((name): [string, unknown][] => {
    const before = value[name] ?? null
    if (name !== chosen) return [[name, before]]
    const after = isObject(before) && random.fraction() < 0.5 ? withField(before, random, change) : change(before)
    return after === undefined ? [] : [[name, after]]
  })
  return Object.fromEntries(entries)
}

const changes: readonly Change[] = [
  (value, random) => JSON.stringify(withField(value, random, () => random.pick(hostileValues))),
  (value, random) => JSON.stringify(withField(value, random, () => undefined)),
  (value, random) => JSON.stringify(withField(value, random, (before) => [before, before])),
  (value, random) =>
    JSON.stringify({ ...(isObject(value) ? value : {}), [random.pick(hostileNames)]: random.pick(hostileValues) }),
  // One name twice, which an object cannot say.
  (value, random) =>
    JSON.stringify(value).replace(
      '{',
      `{"${random.pick(hostileNames)}":${JSON.stringify(random.pick(hostileValues))},`,
    ),
  (value, random) => JSON.stringify(value).slice(0, random.whole(0, JSON.stringify(value).length)),
  (value, random) => JSON.stringify(value) + random.pick(['x', '}', ',', '\u0000', ' {}', '\n']),
  (value, random) => {
    const text = JSON.stringify(value)
    const at = random.whole(0, text.length)
    return text.slice(0, at) + random.pick(['"', '\\', '\u0000', '\\ud800', '{', '[', '1e999', '//']) + text.slice(at)
  },
  (_value, random) => random.pick(['[', '{"a":', '{"":[']).repeat(random.whole(1, 5_000)),
  (_value, random) => JSON.stringify(random.pick(hostileValues)),
  (_value, random) => Buffer.from(random.bytes(random.whole(0, 200))).toString('latin1'),
  (value, random) =>
    JSON.stringify({ ...(isObject(value) ? value : {}), filler: 'x'.repeat(random.whole(1_000, 70_000)) }),
]

/** A text that is like one of these, and is wrong in one way. */
export const hostileText = (models: readonly unknown[], random: SimRandom): string =>
  random.pick(changes)(random.pick(models), random)

/** A frame by hand (RFC 6455 section 5.2): any opcode, reserved bits, length and mask, and few bytes of what it says it has. */
export function hostileFrame(random: SimRandom): Buffer {
  const first = random.whole(0, 255)
  const length = random.pick([0, 1, 125, 126, 127])
  const extended = length === 126 ? random.bytes(2) : length === 127 ? random.bytes(8) : new Uint8Array()
  const isMasked = random.fraction() < 0.8
  const second = (isMasked ? 0x80 : 0) | length
  const mask = isMasked ? random.bytes(4) : new Uint8Array()
  return Buffer.concat([Uint8Array.of(first, second), extended, mask, random.bytes(random.whole(0, 300))])
}
