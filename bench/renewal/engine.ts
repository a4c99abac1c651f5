/** What the token endpoint gave at sign-in, before anything is measured. */
export interface Session {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresInSeconds: number
  /** By the server's clock, ms since the Unix epoch. */
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

/** Where one engine in one tab is set up; everything else it finds in the globals, as in a page. */
export interface EngineSetup {
  readonly tokenUrl: string
  readonly apiUrl: string
  readonly session: Session
  /** Told apart only where one library is measured in several configurations. */
  readonly variant: string
  /** True where the tabs of the origin are what is measured. */
  readonly isShared: boolean
}

export interface Engine {
  /** One request of the app to its API, guarded by the engine: GET `apiUrl` with the header `x-request: index`. Resolves with the status. */
  request(index: number): Promise<number>
}

/** What an adapter of a library offers. */
export interface EngineModule {
  open(setup: EngineSetup): Promise<Engine>
  /** The guarded call with a valid token and no network: gets the token and hands it to `use`. On the host's own clock. */
  openFastPath(setup: EngineSetup, use: (token: string) => void): Promise<FastPath>
}

/** What our own adapter offers beside. */
export interface OwnEngineModule extends EngineModule {
  /** The guarded call through the awaited form. */
  openEnsuredPath(setup: EngineSetup, use: (token: string) => void): FastPath
  /** The token alone, in a call that need not be awaited. */
  openSynchronousPath(setup: EngineSetup, use: (token: string) => void): () => void
}

/** One measured call; awaited by whoever measures. */
export type FastPath = () => Promise<void>
