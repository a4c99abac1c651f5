/** Small durable strings, as an argument. Never throws: storage that is blocked, full or gone behaves as empty. */
export interface KeyValue {
  get(key: string): string | undefined
  /** False where the value could not be kept. */
  set(key: string, value: string): boolean
  remove(key: string): void
}
