export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON text; absent for a request without a body. */
  readonly body?: string
  /** The request may outlive the page: for a last word of a page that is left. Its body is below 64 kB (Fetch, section 4.6). */
  readonly keepalive?: boolean
}

export interface HttpResponse {
  readonly status: number
  /** `undefined` where the header is absent or not exposed. Names are case-insensitive. */
  header(name: string): string | undefined
  /** The whole body, as text. */
  readonly body: string
}

/** What a socket tells its owner. After `onClose` nothing more comes. */
export interface SocketListener {
  onOpen(): void
  onText(text: string): void
  /** `code` as in RFC 6455 section 7.4; 1006 where the connection just broke. */
  onClose(code: number, reason: string): void
}

export interface Socket {
  /** Does nothing on a socket that is not open. */
  send(text: string): void
  /** Ends the socket; `onClose` is not called for it any more. */
  close(code: number, reason: string): void
}

/** The network as an argument. */
export interface Network {
  /** Rejects where no answer came (network, CORS, abort); any HTTP status is an answer. The whole body has arrived when it resolves. */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>
  /** `url` begins with `ws:` or `wss:`. Never throws; a URL or policy that forbids it comes as `onClose`. */
  openSocket(url: string, listener: SocketListener): Socket
}
