/** What a page may set in `window.helvinoSettings`, by `Helvino('update', settings)`, or by the attribute of the script tag that is named. */
export interface HelvinoSettings {
  /** `data-locale`. BCP 47 tag of the language to speak, for example `de`. @defaultValue that of the organisation */
  readonly locale?: string | undefined
  /** `data-theme`. @defaultValue `auto`, as the visitor's system */
  readonly theme?: 'light' | 'dark' | 'auto' | undefined
  /** `data-position`. The lower corner. @defaultValue `right` */
  readonly position?: 'left' | 'right' | undefined
  /** `data-color`, as `#rrggbb`. @defaultValue that of the organisation */
  readonly color?: string | undefined
  /** `data-hide-launcher`. No button of ours: the page opens the chat by `Helvino('open')` or `data-helvino-open`. @defaultValue `false` */
  readonly hideLauncher?: boolean | undefined
  /** `data-z-index`, 1 to 2,147,483,647. @defaultValue `2_147_483_000` */
  readonly zIndex?: number | undefined
  /** `data-sound`. `false` for no sound when a message comes. @defaultValue `true` */
  readonly sound?: boolean | undefined
  /** `data-telemetry`. `false` for no figures of renewals. @defaultValue `true` */
  readonly telemetry?: boolean | undefined
  /** `data-buffer-ms`. Writes wait for a renewal this long before the token expires, in ms, 5,000 to 30,000. @defaultValue `15_000` */
  readonly bufferMs?: number
  /** `data-error-clear-ms`. The red banner clears itself after this, in ms, 2,000 to 5,000. @defaultValue `3_000` */
  readonly errorClearMs?: number
}

/**
 * Whom the visitor is signed in as. The token is a JWT that the site's own server has signed (HS256) with the organisation's identity secret.
 * `getToken` is asked for a new one whenever one is needed. With a `userId` nothing waits for the first token.
 */
export type HelvinoIdentity = { readonly userId?: string | undefined } & (
  { readonly token: string } | { readonly getToken: () => string | Promise<string> }
)

/** What a page may listen to, with what its listener is given. */
export interface HelvinoEvents {
  /** The launcher is there. A listener that comes later hears it at once. */
  ready: undefined
  open: undefined
  close: undefined
  /** A message of the team has come. Of all tabs of a visitor one tells: one that is seen, where there is one. */
  message: { readonly id: string; readonly text: string }
  /** How many of them have come to this page since the chat was last open. */
  unread: { readonly count: number }
  /** Where the live connection stands: `offline`, `connecting`, `live`, `polling`, `waiting` or `denied`. Told once the chat has been started. */
  status: { readonly state: string }
  /** Something that the site's owner can do something about. `code` as in the API's refusals, or `load_failed`, `call_invalid`, `token_unavailable`. */
  error: { readonly code: string; readonly message: string }
}

/** Everything that a page may ask for. Each is a function of `window.Helvino`, and a word to call it by: `Helvino('open')`. */
export interface HelvinoVerbs {
  /** Puts the widget on the page, after a `shutdown`. */
  boot(settings?: HelvinoSettings): void
  /** Changes settings; those that are not named stay. */
  update(settings: HelvinoSettings): void
  /** Takes the widget off the page. What listens goes on listening after the next `boot`. */
  shutdown(): void
  /** Shows the launcher. */
  show(): void
  /** Hides the launcher; the chat can be opened all the same. */
  hide(): void
  open(): void
  close(): void
  toggle(): void
  /** True from `open` on, also while the chat is still being loaded. */
  isOpen(): boolean
  identify(identity: HelvinoIdentity): void
  /** The visitor signs out: nothing of them is shown any more, and whoever comes next is somebody new. */
  reset(): void
  /** Returns the unsubscribe. */
  on<Name extends keyof HelvinoEvents>(event: Name, listener: (detail: HelvinoEvents[Name]) => void): () => void
  setLocale(locale: string): void
  setTheme(theme: 'light' | 'dark' | 'auto'): void
}

/** What a page calls, as `window.Helvino`. Nothing of it throws. */
export type HelvinoFace = HelvinoVerbs &
  (<Verb extends keyof HelvinoVerbs>(
    verb: Verb,
    ...args: Parameters<HelvinoVerbs[Verb]>
  ) => ReturnType<HelvinoVerbs[Verb]>)

/** The name of every verb, with a space between. */
export const helvinoVerbs =
  'boot update shutdown show hide open close toggle isOpen identify reset on setLocale setTheme'
