const headEnd = '\r\n\r\n'

/** Where the HTTP/1.1 message at the start of `bytes` ends (RFC 9112 section 6); `undefined` while it is not all there. */
export function messageEnd(bytes: Buffer): number | undefined {
  const bodyAt = bytes.indexOf(headEnd)
  if (bodyAt === -1) return undefined
  const head = bytes.toString('latin1', 0, bodyAt)
  // Neither our server nor our clients send one; whoever begins to will hear of it here.
  if (/^transfer-encoding:/im.test(head)) throw new Error('a message in chunks is not understood')
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  const end = bodyAt + headEnd.length + length
  return end <= bytes.length ? end : undefined
}

/** What the first lines of a message say: the request's or the status line, and the headers by lower-case name. */
export function readHead(message: Buffer): {
  readonly firstLine: readonly string[]
  readonly headers: ReadonlyMap<string, string>
} {
  const [first = '', ...lines] = message.toString('latin1', 0, message.indexOf(headEnd)).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return { firstLine: first.split(' '), headers: new Map(headers) }
}

export const bodyOf = (message: Buffer): string => message.toString('utf8', message.indexOf(headEnd) + headEnd.length)

/** Before and after each line of the head, and at both ends and in the midst of the body: where a cut may make a difference, in bytes. */
export function boundariesOf(message: Buffer): readonly number[] {
  const headBytes = message.indexOf(headEnd) + headEnd.length
  const lines = message.toString('latin1', 0, headBytes).split('\r\n').slice(0, -1)
  const ends = lines.map((_line, index) => lines.slice(0, index + 1).join('\r\n').length)
  const middle = Math.floor((headBytes + message.length) / 2)
  const all = [0, 1, ...ends.flatMap((end) => [end, end + 2]), headBytes, middle, message.length - 1]
  return [...new Set(all)].filter((at) => at < message.length).sort((a, b) => a - b)
}
