import type { Random } from '@helvino/runtime'

/**
 * A version 7 UUID (RFC 9562 section 5.7): the instant in ms and 74 random bits. The ids of messages that are stored together stand
 * together in the index of ids, so that a commit writes one page of it rather than one for each.
 */
export function messageId(random: Random, nowMs: number): string {
  const bytes = Buffer.from(random.bytes(16))
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
