/** A named line between the tabs of an origin (BroadcastChannel where the browser has it). At most once, unordered across senders. */
export interface Channel {
  post(message: unknown): void
  close(): void
}

export interface Channels {
  /** `onMessage` hears the other tabs, never this one. */
  open(name: string, onMessage: (message: unknown) => void): Channel
}
