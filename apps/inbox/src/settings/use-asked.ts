import type { CallResult } from '@helvino/client'
import { useCallback, useEffect, useState } from 'react'

/** Asks once, and again by `again`; `put` takes a newer answer that came by another way. The last value stays while a later try fails. */
export function useAsked<Value>(ask: () => Promise<CallResult<Value>>) {
  const [result, setResult] = useState<CallResult<Value>>()
  const [value, setValue] = useState<Value>()
  const put = useCallback((answer: CallResult<Value>) => {
    setResult(answer)
    if (answer.kind === 'answered') setValue(answer.value)
  }, [])
  const again = useCallback(async () => {
    put(await ask())
  }, [ask, put])
  useEffect(() => {
    void again()
  }, [again])
  return { value, result, put, again }
}
