/**
 * The few names that every supported platform has and that core code may use: cancelling. Core compiles without the DOM's and Node's
 * types so that reaching for `fetch` or `setTimeout` is a type error. Where a platform's own types are loaded too, these merge into them.
 */
interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}
interface AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}
declare var AbortController: { prototype: AbortController; new (): AbortController }
/** Forgiving-base64 decode (WHATWG Infra): one character per byte; throws on anything else. */
declare function atob(base64: string): string
