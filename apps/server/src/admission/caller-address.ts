import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

export interface CallerAddress {
  /** What limits are counted by: an IPv4 address, or the first 64 bits of an IPv6 one, which is what one household or one attacker has. */
  readonly key: string
  /**
   * False for whoever may be many: this machine itself, and a proxy on this machine or network that was not declared, behind which every
   * visitor of the site would have one address.
   */
  readonly isLimited: boolean
}

/** What of a request says where it comes from. */
export type AddressedRequest = Pick<IncomingMessage, 'headers'> & {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>
}

export type FindAddress = (request: AddressedRequest) => CallerAddress

/** Addresses that are remembered as they were written; of one more, all are read anew. */
const maxKnown = 5_000

/** No longer than the chain of proxies that anybody has, with room for what a client writes before it. */
const maxHeaderLength = 2_000

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Addresses that no router of the internet forwards (RFC 1918, RFC 4193, RFC 3927, RFC 4291, RFC 6598). */
const ownNetworks = new BlockList()
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const)
  ownNetworks.addSubnet(network, bits)
ownNetworks.addSubnet('fc00::', 7, 'ipv6')
ownNetworks.addSubnet('fe80::', 10, 'ipv6')

const isIn = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')

/** An IPv4 address that is written as an IPv6 one (RFC 4291 section 2.5.5.2), whichever way, as itself. */
function unmapped(groups: readonly number[]): string | undefined {
  if (groups.slice(0, 5).some((group) => group !== 0) || groups[5] !== 0xffff) return undefined
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join('.')
}

/** The eight groups of an IPv6 address that `isIP` takes. */
function groupsOf(address: string): readonly number[] {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [before = '', after] = hex.split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)))
  const [head, tail] = [groups(before), groups(after ?? '')]
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

/** The one spelling of an address; `undefined` for what is none. A port behind it, as some proxies write, is left out. */
function parseAddress(text: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text
  const [address = ''] = bare.split('%')
  switch (isIP(address)) {
    case 4:
      return address
    case 6:
      return unmapped(groupsOf(address)) ?? address.toLowerCase()
    default:
      return undefined
  }
}

const keyOf = (address: string): string =>
  isIP(address) === 6
    ? `${groupsOf(address)
        .slice(0, 4)
        .map((group) => group.toString(16))
        .join(':')}::/64`
    : address

const unknown: CallerAddress = { key: 'unknown', isLimited: true }

/**
 * Where a request comes from, and the only reader of `X-Forwarded-For`. Each proxy adds the address of its own caller at the right, so that with
 * `trustedProxies` of them in front the caller stands so far from the right; what a client has written itself stands further left and never
 * counts. A header that is too short, too long or no list of addresses tells nothing: then the connection's own address counts.
 * `onUndeclared` hears, once, that the header comes though no proxy was declared.
 */
export function createFindAddress(trustedProxies: number, onUndeclared: () => void): FindAddress {
  let hasToldUndeclared = false
  const known = new Map<string, CallerAddress | undefined>()

  /** `undefined` for what is no address. */
  function find(text: string, mayBeMany: BlockList[]): CallerAddress | undefined {
    const address = parseAddress(text)
    return address === undefined
      ? undefined
      : { key: keyOf(address), isLimited: !mayBeMany.some((list) => isIn(list, address)) }
  }

  function recall(text: string, isUndeclared: boolean): CallerAddress | undefined {
    const name = isUndeclared ? `${text},` : text
    const there = known.get(name)
    if (there || known.has(name)) return there
    const found = find(text, isUndeclared ? [loopback, ownNetworks] : [loopback])
    if (known.size >= maxKnown) known.clear()
    known.set(name, found)
    return found
  }

  /** The entry that the outermost of our proxies has written. */
  function forwarded(header: string | string[] | undefined): string | undefined {
    if (trustedProxies === 0 || header === undefined) return undefined
    const text = typeof header === 'string' ? header : header.join(',')
    // From the right: however much a client has written before it.
    return text.slice(-maxHeaderLength).split(',').at(-trustedProxies)?.trim()
  }

  return ({ headers, socket }) => {
    const header = headers['x-forwarded-for']
    const isUndeclared = trustedProxies === 0 && header !== undefined
    if (isUndeclared && !hasToldUndeclared) {
      hasToldUndeclared = true
      onUndeclared()
    }
    const entry = forwarded(header)
    const proxied = entry === undefined ? undefined : recall(entry, false)
    return proxied ?? recall(socket.remoteAddress ?? '', isUndeclared) ?? unknown
  }
}
