import type { Life } from '@helvino/runtime'
import { useCallback, useEffect, useSyncExternalStore } from 'react'
import type { DraftMap, Drafts } from './drafts.ts'
import { useVisible } from './use-visible.ts'

/** The agent's drafts, and a render for each change. Another tab may have changed them while nobody saw this one. */
export function useDrafts(drafts: Drafts, life: Life): DraftMap {
  const isVisible = useVisible(life)
  useEffect(() => {
    if (isVisible) drafts.read()
  }, [drafts, isVisible])
  const subscribe = useCallback((onChange: () => void) => drafts.subscribe(onChange), [drafts])
  return useSyncExternalStore(subscribe, () => drafts.all)
}
