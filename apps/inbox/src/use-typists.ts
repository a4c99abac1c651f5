import type { Typing, Typists } from '@helvino/client'
import { useCallback, useSyncExternalStore } from 'react'

/** Who writes in which conversation, and a render for each change. */
export function useTypists(typing: Typing): Typists {
  const subscribe = useCallback((onChange: () => void) => typing.subscribe(onChange), [typing])
  return useSyncExternalStore(subscribe, () => typing.typists)
}
