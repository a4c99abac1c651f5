import type { CallResult, ChatClient } from '@helvino/client'
import { useEffect, useState } from 'react'
import type { InboxApi } from '../api.ts'
import type { Sites } from '../sites.ts'
import { useVisible } from '../use-visible.ts'

const usualEveryMs = 10_000

/**
 * The sites as last heard, asked for again every `everyMs` while a person can see them and `isAsking`: who waits to be allowed shows
 * without a reload.
 */
export function useSites(api: InboxApi, chat: ChatClient, isAsking = true, everyMs = usualEveryMs) {
  const [result, setResult] = useState<CallResult<Sites>>()
  const [sites, setSites] = useState<Sites>()
  const [busyOrigin, setBusyOrigin] = useState<string>()
  const isVisible = useVisible(api.runtime.life)

  function hear(answer: CallResult<Sites>) {
    setResult(answer)
    if (answer.kind === 'answered') setSites(answer.value)
  }

  useEffect(() => {
    if (!isVisible || !isAsking) return undefined
    let isWanted = true
    let cancel: (() => void) | undefined
    const ask = async () => {
      const answer = await api.findSites(chat)
      if (!isWanted) return
      hear(answer)
      cancel = api.runtime.clock.startTimer(everyMs, () => void ask())
    }
    void ask()
    return () => {
      isWanted = false
      cancel?.()
    }
  }, [api, chat, isVisible, isAsking, everyMs])

  /** `busyOrigin` is the one that is being allowed or removed. */
  async function allow(origin: string) {
    setBusyOrigin(origin)
    hear(await api.allowSite(chat, origin))
    setBusyOrigin(undefined)
  }

  async function remove(origin: string) {
    setBusyOrigin(origin)
    hear(await api.removeSite(chat, origin))
    setBusyOrigin(undefined)
  }

  return { sites, result, allow, remove, busyOrigin }
}
