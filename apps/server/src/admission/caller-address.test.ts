import { describe, expect, it } from 'vitest'
import { createFindAddress } from './caller-address.ts'

const from = (remoteAddress: string | undefined, forwardedFor?: string | string[], proxies = 0) =>
  createFindAddress(
    proxies,
    () => undefined,
  )({
    headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
    socket: { remoteAddress },
  })
const keyOf = (...args: Parameters<typeof from>) => from(...args).key

describe('the address of a caller', () => {
  it('[AD1] is the address of the connection where no proxy is declared, whatever the header says', () => {
    expect(keyOf('198.51.100.7')).toBe('198.51.100.7')
    expect(keyOf('198.51.100.7', '203.0.113.1')).toBe('198.51.100.7')
  })

  it('[AD2] is counted from the right of the header, so that what a client writes at the left never counts', () => {
    const peer = '10.0.0.2'
    expect(keyOf(peer, '203.0.113.1', 1)).toBe('203.0.113.1')
    expect(keyOf(peer, '192.0.2.66, 203.0.113.1', 1)).toBe('203.0.113.1')
    expect(keyOf(peer, `${'192.0.2.66, '.repeat(1_000)}203.0.113.1`, 1)).toBe('203.0.113.1')
    expect(keyOf(peer, '192.0.2.66, 203.0.113.1, 10.0.0.9', 2)).toBe('203.0.113.1')
    expect(keyOf(peer, ['192.0.2.66', '203.0.113.1'], 1)).toBe('203.0.113.1')
  })

  it('[AD3] is an IPv4 address as a whole, however it is written', () => {
    for (const spelling of ['203.0.113.1', '::ffff:203.0.113.1', '::FFFF:cb00:7101', '0:0:0:0:0:ffff:cb00:7101'])
      expect(keyOf(spelling), spelling).toBe('203.0.113.1')
    for (const entry of ['203.0.113.1:4711', ' 203.0.113.1 ', '[::ffff:203.0.113.1]:80'])
      expect(keyOf('10.0.0.2', entry, 1), entry).toBe('203.0.113.1')
  })

  it('[AD4] is the first 64 bits of an IPv6 address', () => {
    const home = keyOf('2001:db8:1:2::1')
    expect(home).toBe('2001:db8:1:2::/64')
    for (const same of ['2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:0db8:0001:0002:0:0:0:9', '2001:db8:1:2::1%eth0'])
      expect(keyOf(same), same).toBe(home)
    expect(keyOf('10.0.0.2', '[2001:db8:1:2::7]:443', 1)).toBe(home)
    expect(keyOf('2001:db8:1:3::1')).not.toBe(home)
    expect(keyOf('2001:db8::1')).toBe('2001:db8:0:0::/64')
  })

  it('[AD5] is the address of the connection where the header is malformed or shorter than the chain of proxies', () => {
    for (const header of ['', 'unknown', '_hidden', '203.0.113.1, ', '1.2.3', '1.2.3.4.5', 'x'.repeat(5_000), '::g'])
      expect(keyOf('10.0.0.2', header, 1), header.slice(0, 20)).toBe('10.0.0.2')
    expect(keyOf('10.0.0.2', '203.0.113.1', 2)).toBe('10.0.0.2')
    expect(keyOf(undefined)).toBe('unknown')
  })

  it('[AD6] is not limited for this machine, nor for a proxy of its network that was not declared', () => {
    for (const local of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])
      expect(from(local).isLimited, local).toBe(false)
    for (const proxy of ['172.18.0.2', '10.1.2.3', '192.168.1.1', 'fd00::1', 'fe80::1%eth0'])
      expect(from(proxy, '203.0.113.1').isLimited, proxy).toBe(false)
    expect(from('172.18.0.2').isLimited).toBe(true)
    expect(from('198.51.100.7', '203.0.113.1').isLimited).toBe(true)
    expect(from('127.0.0.1', '203.0.113.1', 1).isLimited).toBe(true)
    expect(from('172.18.0.2', '127.0.0.1', 1).isLimited).toBe(false)
    expect(from(undefined).isLimited).toBe(true)
  })

  it('[AD7] tells once that the header comes though no proxy is declared', () => {
    let told = 0
    const find = createFindAddress(0, () => (told += 1))
    const socket = { remoteAddress: '127.0.0.1' }
    find({ headers: {}, socket })
    expect(told).toBe(0)
    for (let n = 0; n < 3; n += 1) find({ headers: { 'x-forwarded-for': '203.0.113.1' }, socket })
    expect(told).toBe(1)
  })
})
