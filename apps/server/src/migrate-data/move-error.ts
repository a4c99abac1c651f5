/** Why the data was not moved, in one plain sentence for the operator. Nothing has changed. */
export class MoveError extends Error {
  override readonly name = 'MoveError'
}
