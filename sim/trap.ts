const names = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'WebSocket',
  'queueMicrotask',
  'BroadcastChannel',
] as const

function thrower(name: string): () => never {
  return () => {
    throw new Error(`${name} was reached from inside a simulated world`)
  }
}

function replace(owner: object, name: string, put: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name)
  Object.defineProperty(owner, name, { value: put, configurable: true, writable: true })
  return () => {
    if (before) Object.defineProperty(owner, name, before)
    else Reflect.deleteProperty(owner, name)
  }
}

/** `Date`, which does not know what time it is. A proxy would be slower, and a world makes thousands of dates. */
class DateWithoutNow extends Date {
  constructor(...of: [number | string | Date]) {
    if (of.length < 1) thrower('new Date()')()
    super(...of)
  }
}

/** The ambient time, chance and network, replaced by throwers: what reaches for them is no part of a world from one seed. Returns how to put them back. */
export function setTrap(): () => void {
  const restores = names.map((name) => replace(globalThis, name, thrower(name)))
  const owners = [
    ['performance', 'now'],
    ['crypto', 'randomUUID'],
    ['crypto', 'getRandomValues'],
  ] as const
  for (const [ownerName, name] of owners) {
    const owner: unknown = Reflect.get(globalThis, ownerName)
    if (typeof owner === 'object' && owner !== null)
      restores.push(replace(owner, name, thrower(`${ownerName}.${name}`)))
  }
  restores.push(replace(Math, 'random', thrower('Math.random')), replace(Date, 'now', thrower('Date.now')))
  restores.push(replace(globalThis, 'Date', DateWithoutNow))
  return () => {
    for (const restore of restores.reverse()) restore()
  }
}
