import { createHmac } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The base32 text of the secret (RFC 4648 section 6), as an app shows it. */
export const secretOfUri = (uri: string): string => new URL(uri).searchParams.get('secret') ?? ''

/** The bytes that the text stands for. */
export function keyOfUri(uri: string): Buffer {
  const bits = Array.from(secretOfUri(uri), (symbol) => alphabet.indexOf(symbol).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** What an authenticator app shows now, after it has read the address (RFC 6238, 30 s, six digits). */
export function codeOfUri(uri: string, nowMs = Date.now()): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 30_000)))
  const mac = createHmac('sha1', keyOfUri(uri)).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
