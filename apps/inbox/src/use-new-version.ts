import type { ChatClient } from '@helvino/client'
import { useEffect, useState } from 'react'
import type { InboxApi } from './api.ts'
import { useVisible } from './use-visible.ts'

/**
 * Whether the server serves another build of the inbox than this one: asked whenever the connection comes back, since a deploy restarts the
 * server. A page that nobody sees and that has nothing to send takes the new build by itself; drafts are kept.
 */
export function useNewVersion(api: InboxApi, chat: ChatClient, isLive: boolean, isIdle: boolean): boolean {
  const [isNew, setNew] = useState(false)
  const isVisible = useVisible(api.runtime.life)
  useEffect(() => {
    if (!isLive) return undefined
    let isWanted = true
    void api.isOutdated().then((answer) => {
      if (isWanted) setNew(answer)
    })
    return () => {
      isWanted = false
    }
  }, [api, chat, isLive])
  useEffect(() => {
    if (isNew && isIdle && !isVisible) api.reload()
  }, [api, isNew, isIdle, isVisible])
  return isNew
}
