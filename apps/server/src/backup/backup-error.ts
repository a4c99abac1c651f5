/** Why a backup was not made, or not put back, in one plain sentence for the operator, without its full stop. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}
