/** For whoever chose one. */
export const guessableHint =
  'Many people have it, or it is made of your address. Four or five words that do not belong together are good.'

/** What anybody would try who knows where they are. */
const productWords = ['helvino', 'password', 'admin', 'livechat']
/** Shorter words are parts of too many good passwords. */
const shortestWord = 4

const wordsOf = (texts: readonly string[]): readonly string[] =>
  texts.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length >= shortestWord)

/** "aaaa…", "abcabcabc…": one piece of at most four letters over and over. */
const isOnePiece = (text: string): boolean => /^(.{1,4})\1*$/su.test(text)

/**
 * True of a password that one would guess early, though it is long enough: one of the 49,000 that most people have, by itself or with figures and
 * signs around it or twice over; one short piece over and over; or no more than words of `context`, the address, say, and of the product,
 * with figures and signs between (NIST SP 800-63B section 3.1.1.2; OWASP ASVS 5.0 6.2.4 and 6.2.11).
 */
export async function isGuessable(password: string, context: readonly string[]): Promise<boolean> {
  const text = password.toLowerCase()
  if (isOnePiece(text)) return true
  // Some hundred kilobytes, which nobody needs before somebody chooses a password.
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  const common = dictionary['passwords-common']
  const letters = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const [once = ''] = /^(.+)\1+$/su.exec(text)?.slice(1) ?? []
  if ([text, letters, once].some((each) => each.length >= shortestWord && common.includes(each))) return true
  const known = [...productWords, ...wordsOf(context)].sort((a, b) => b.length - a.length)
  const rest = known.reduce((left, word) => left.replaceAll(word, ''), text)
  return rest !== text && !/\p{L}/u.test(rest)
}
