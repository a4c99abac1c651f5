/** What the process with the clients is told. */
export type ClientOrder =
  | { readonly type: 'open'; readonly url: string; readonly clients: number }
  /** Each client says `<text> <its number>`. */
  | { readonly type: 'say'; readonly text: string }

/** What it says itself; instants are ms since the epoch. */
export type ClientWord =
  | { readonly type: 'live' | 'lost'; readonly client: number; readonly atMs: number }
  /** Each client has taken its text. */
  | { readonly type: 'said' }
  /** What each client shows, once none has anything left to send. */
  | { readonly type: 'quiet'; readonly shown: readonly (readonly string[])[] }
