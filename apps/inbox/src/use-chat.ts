import type { ChatClient, ChatState } from '@helvino/client'
import { useCallback, useSyncExternalStore } from 'react'

/** The chat's state, and a render for each change of it. */
export function useChat(client: ChatClient): ChatState {
  const subscribe = useCallback((onChange: () => void) => client.subscribe(onChange), [client])
  return useSyncExternalStore(subscribe, () => client.state)
}
