import { Loader } from '@mantine/core'
import { words } from './words/en.ts'

/** Something is on its way. Its name is heard for its role only. */
export function Loading({ label = words.loading }: { readonly label?: string }) {
  return <Loader size="sm" role="progressbar" aria-label={label} />
}
