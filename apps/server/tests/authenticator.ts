import { createHmac } from 'node:crypto'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The base32 text of the secret (RFC 4648 section 6), as an app shows it. */
export const secretOfUri = (uri: string): string => new URL(uri).searchParams.get('secret') ?? ''

/** The bytes that the text stands for. */
export function keyOfUri(uri: string): Buffer {
  const bits = Array.from(secretOfUri(uri), (symbol) => alphabet.indexOf(symbol).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** What an authenticator app shows at a moment, after it has read the address (RFC 6238, 30 s, six digits). */
function codeAt(uri: string, nowMs: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 30_000)))
  const mac = createHmac('sha1', keyOfUri(uri)).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const given = new Set<string>()

/** A code that is taken now and was not given before: of these 30 s, or those after or before them. There are three, as each counts once. */
export function codeOfUri(uri: string): string {
  const secret = secretOfUri(uri)
  const code = [0, 30_000, -30_000]
    .map((offMs) => codeAt(uri, Date.now() + offMs))
    .find((each) => !given.has(`${secret} ${each}`))
  if (code === undefined) throw new Error('all codes of this minute and a half are used up')
  given.add(`${secret} ${code}`)
  return code
}
