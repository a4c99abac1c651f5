import { useEffect, useState } from 'react'

/** Keeps a person on a page where something is not saved, until they have said what to do with it. */
export interface LeaveGuard {
  /** Where they wanted to go, as an address of this page (`#/...`). */
  readonly wanted: string | undefined
  /** Whether there is something to lose. */
  setHeld(isHeld: boolean): void
  /** Goes there, or asks. */
  go(hash: string): void
  /** Goes where they wanted to, whatever is lost. */
  leave(): void
  stay(): void
}

const linkOf = (target: EventTarget | null): string | undefined =>
  target instanceof Element ? (target.closest('a[href^="#"]')?.getAttribute('href') ?? undefined) : undefined

export function useLeaveGuard(): LeaveGuard {
  const [isHeld, setHeld] = useState(false)
  const [wanted, setWanted] = useState<string>()
  useEffect(() => {
    if (!isHeld) return undefined
    const onUnload = (event: BeforeUnloadEvent) => {
      event.preventDefault()
    }
    // Before the link itself hears of it. A click that opens another tab leaves nothing.
    const onClick = (event: MouseEvent) => {
      const hash = linkOf(event.target)
      if (hash === undefined || hash === location.hash || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      event.stopPropagation()
      setWanted(hash)
    }
    addEventListener('beforeunload', onUnload)
    document.addEventListener('click', onClick, true)
    return () => {
      removeEventListener('beforeunload', onUnload)
      document.removeEventListener('click', onClick, true)
    }
  }, [isHeld])
  const stay = () => {
    setWanted(undefined)
  }
  return {
    wanted,
    setHeld,
    go(hash) {
      if (isHeld) setWanted(hash)
      else location.hash = hash
    },
    leave() {
      if (wanted !== undefined) location.hash = wanted
      stay()
    },
    stay,
  }
}
