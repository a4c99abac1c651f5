/**
 * Values that outlive the page and are shared by the tabs of an origin, as an argument. Each is read and changed in one step that no other tab
 * comes between.
 */
export interface SharedValues {
  /**
   * Hands the value of that name to `change`, `undefined` where there is none, and keeps what `change` gives back: anything that JSON can say.
   * The same object back means that there is nothing to keep. False where the storage is blocked, full or broken, whether `change` was called
   * or not; nothing is changed then. Never rejects, and may take for ever: browsers have let such calls hang.
   */
  update(name: string, change: (kept: unknown) => unknown): Promise<boolean>
}
