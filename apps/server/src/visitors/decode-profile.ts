import { asRecord, isLanguageTag, type VisitorChange, visitorLimits, type VisitorPage } from '@helvino/protocol'

export type DecodedProfile =
  | { readonly kind: 'ok'; readonly change: VisitorChange }
  | { readonly kind: 'bad'; readonly field: string; readonly rule: string }

const bad = (field: string, rule: string): DecodedProfile => ({ kind: 'bad', field, rule })

const isLine = (value: unknown, length: number): value is string =>
  typeof value === 'string' && value.length <= length && !/\p{Cc}|\p{Cs}/u.test(value)

/** A text as it is kept; an empty one and `null` take it back, `undefined` leaves it as it is, and `false` is no such text. */
function lineOf(value: unknown, length: number, isRight: (line: string) => boolean): string | null | undefined | false {
  if (value === undefined || value === null) return value
  if (!isLine(value, length)) return false
  const line = value.trim()
  return line === '' ? null : isRight(line) && line
}

// Whether an address exists only a message to it can tell: this refuses what is plainly none.
const isEmail = (line: string): boolean => /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:".]+$/.test(line)

/** Origin and path: what comes after them may hold anything, a password's reset say, and is nobody's business here. */
function addressOf(value: unknown): string | undefined {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined
  const address = url.origin + url.pathname
  return address.length <= visitorLimits.urlLength ? address : undefined
}

/** One line of it, not longer than is kept: a page's title is not the visitor's doing, and so no reason for a refusal. */
const titleOf = (title: string): string =>
  title
    .slice(0, visitorLimits.titleLength)
    .replaceAll(/[\p{Cc}\p{Zs}]+/gu, ' ')
    .replaceAll(/\p{Cs}/gu, '')
    .trim()

function pageOf(value: unknown): VisitorPage | undefined {
  const page = asRecord(value)
  const url = addressOf(page?.['url'])
  const title = page?.['title'] ?? ''
  return url !== undefined && typeof title === 'string' ? { url, title: titleOf(title) } : undefined
}

/** Body of `PUT /api/visitor`. */
export function decodeProfile(body: unknown): DecodedProfile {
  const record = asRecord(body)
  if (!record) return bad('body', 'is a JSON object')
  const name = lineOf(record['name'], visitorLimits.nameLength, () => true)
  if (name === false) return bad('name', `is a line of at most ${String(visitorLimits.nameLength)} characters`)
  const email = lineOf(record['email'], visitorLimits.emailLength, isEmail)
  if (email === false) return bad('email', 'is an e-mail address')
  const language = lineOf(record['language'], visitorLimits.emailLength, isLanguageTag)
  if (language === false) return bad('language', 'is a language tag such as "en"')
  const page = record['page'] === undefined ? undefined : pageOf(record['page'])
  if (page === undefined && record['page'] !== undefined)
    return bad('page', `is "url", of a web page and at most ${String(visitorLimits.urlLength)} characters, and "title"`)
  return {
    kind: 'ok',
    change: {
      ...(name !== undefined && { name }),
      ...(email !== undefined && { email }),
      ...(language !== undefined && { language }),
      ...(page && { page }),
    },
  }
}
