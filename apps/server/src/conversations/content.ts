import { limits } from '@helvino/protocol'

/**
 * The text as it is stored, or `undefined` where it may not be: empty, nothing but white space, or longer than
 * `limits.contentLength`. Half a surrogate pair and U+0000 become U+FFFD rather than a refusal: neither can be stored
 * everywhere, and a refusal is final, so that a cut emoji would cost the visitor the message.
 */
export function storableContent(content: string): string | undefined {
  if (content.length > limits.contentLength || content.trim() === '') return undefined
  return content.replaceAll('\u0000', '\uFFFD').replaceAll(/\p{Surrogate}/gu, '\uFFFD')
}
