import type { CallResult, ChatClient } from '@helvino/client'
import { useEffect, useState } from 'react'
import type { InboxApi } from './api.ts'
import type { Sites } from './sites.ts'
import { useVisible } from './use-visible.ts'

const everyMs = 10_000

/** The sites as last heard, asked for again while a person can see them: who waits to be allowed shows without a reload. */
export function useSites(api: InboxApi, chat: ChatClient) {
  const [result, setResult] = useState<CallResult<Sites>>()
  const [sites, setSites] = useState<Sites>()
  const isVisible = useVisible(api.runtime.life)

  function hear(answer: CallResult<Sites>) {
    setResult(answer)
    if (answer.kind === 'answered') setSites(answer.value)
  }

  useEffect(() => {
    if (!isVisible) return undefined
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
  }, [api, chat, isVisible])

  return { sites, result, allow: async (origin: string) => hear(await api.allowSite(chat, origin)) }
}
