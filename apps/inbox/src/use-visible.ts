import type { Life } from '@helvino/runtime'
import { useCallback, useSyncExternalStore } from 'react'

/** Whether a person can see the page. */
export function useVisible(life: Life): boolean {
  const subscribe = useCallback((onChange: () => void) => life.subscribe(onChange), [life])
  return useSyncExternalStore(subscribe, () => life.isVisible())
}
