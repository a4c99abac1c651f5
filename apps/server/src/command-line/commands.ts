import { backup, restoreBackup } from './back-up.ts'
import { adoptKeys } from './adopt-keys.ts'
import type { Command } from './command.ts'
import { createAdmin } from './create-admin.ts'
import { doctor } from './doctor.ts'
import { migrate } from './migrate.ts'
import { migrateData } from './migrate-data.ts'
import { rotateKeys } from './rotate-keys.ts'
import { start } from './start.ts'

export const commands: readonly Command[] = [
  ...[start, doctor, migrate, backup, restoreBackup],
  ...[createAdmin, rotateKeys, adoptKeys, migrateData],
]
