import { type HelvinoFace, type HelvinoSettings, helvinoVerbs } from './face.ts'

export {
  type HelvinoEvents,
  type HelvinoFace,
  type HelvinoIdentity,
  type HelvinoSettings,
  type HelvinoVerbs,
  helvinoVerbs,
} from './face.ts'

/** Which site it is, where its server is, and whatever else the page sets. */
export interface HelvinoOptions extends HelvinoSettings {
  /** The site's public id. */
  readonly siteId: string
  /** Address of the Helvino server, for example `https://chat.example.com`. */
  readonly apiUrl: string
  /** For a content security policy that wants one. */
  readonly nonce?: string | undefined
}

/** A face, or the stub that keeps calls until the script is there. */
type Callable = ((verb: string, ...args: readonly unknown[]) => unknown) & { readonly q?: unknown }

interface Page {
  Helvino?: Callable
  helvinoSettings?: unknown
}

/** `undefined` on a server. */
const pageHere = (): Page | undefined => (typeof document === 'undefined' ? undefined : (globalThis as unknown as Page))

/** Calls whatever `window.Helvino` is at that moment; on a server, and where there is none, it does nothing. Asking for it starts nothing. */
export function helvinoFace(): HelvinoFace {
  const call = (verb: string, ...args: readonly unknown[]): unknown => {
    const face = pageHere()?.Helvino
    if (verb === 'isOpen') return face?.('isOpen') === true
    const [event, listener] = args
    if (verb !== 'on' || typeof listener !== 'function') {
      face?.(verb, ...args)
      return undefined
    }
    // The stub cannot take back what it keeps.
    let isOver = false
    const stop = face?.('on', event, (detail: unknown) => {
      if (!isOver) (listener as (detail: unknown) => void)(detail)
    })
    return () => {
      isOver = true
      if (typeof stop === 'function') (stop as () => void)()
    }
  }
  for (const verb of helvinoVerbs.split(' '))
    Object.assign(call, { [verb]: (...args: readonly unknown[]) => call(verb, ...args) })
  return call as unknown as HelvinoFace
}

function addScript({ siteId, apiUrl, nonce }: HelvinoOptions): void {
  const script = document.createElement('script')
  script.async = true
  script.src = `${apiUrl.replace(/\/+$/, '')}/embed.js`
  script.dataset['siteId'] = siteId
  if (nonce !== undefined) script.nonce = nonce
  document.head.append(script)
}

/**
 * Puts the chat on the page: adds the script once, and boots it again after a `shutdown`. Gives what to call at once; what is called before the
 * script is there is done when it is. On a server nothing happens.
 */
export function loadHelvino(options: HelvinoOptions): HelvinoFace {
  const { siteId: _, apiUrl: __, nonce: ___, ...settings } = options
  const face = helvinoFace()
  const page = pageHere()
  if (page?.Helvino) face.boot(settings)
  else if (page) {
    const q: unknown[] = []
    page.Helvino = Object.assign((...call: readonly unknown[]) => q.push(call), { q })
    if (Object.keys(settings).length > 0) page.helvinoSettings ??= settings
    addScript(options)
  }
  return face
}
