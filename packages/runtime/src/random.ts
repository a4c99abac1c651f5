/** Chance as an argument. */
export interface Random {
  /** Uniform in [0, 1). Not for secrets. */
  fraction(): number
  /** `count` bytes from a cryptographic source (simulated: from the seed). */
  bytes(count: number): Uint8Array
}

/** A version 4 UUID (RFC 9562 section 5.4): 122 random bits. Works where the page is no secure context and `randomUUID` is missing. */
export function uuid(random: Random): string {
  const bytes = random.bytes(16)
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4}).(.{3})(.{4})/, '$1-$2-4$3-$4-')
}
