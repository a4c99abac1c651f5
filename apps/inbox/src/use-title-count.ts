import { useEffect } from 'react'
import { words } from './words/en.ts'

/** Says in the title of the page how much is unread. */
export function useTitleCount(unreadCount: number): void {
  useEffect(() => {
    document.title = words.pageTitle(unreadCount)
    return () => {
      document.title = words.pageTitle(0)
    }
  }, [unreadCount])
}
