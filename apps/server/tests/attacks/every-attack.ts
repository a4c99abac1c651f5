import type { Attack } from './attack.ts'
import { contentAttacks } from './content-attacks.ts'
import { doorAttacks } from './door-attacks.ts'
import { frameAttacks } from './frame-attacks.ts'
import { inputAttacks } from './input-attacks.ts'
import { loginAttacks } from './login-attacks.ts'
import { rateAttacks } from './rate-attacks.ts'
import { roleAttacks, tenantAttacks } from './tenant-matrix.ts'
import { tokenAttacks } from './token-attacks.ts'

/** In the order in which they are launched: some of the last log people out. */
export const everyAttack: readonly Attack[] = [
  ...tokenAttacks,
  ...frameAttacks,
  ...doorAttacks,
  ...loginAttacks,
  ...inputAttacks,
  ...contentAttacks,
  ...rateAttacks,
  ...roleAttacks,
  ...tenantAttacks,
]
