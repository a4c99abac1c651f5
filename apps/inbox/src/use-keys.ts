import { useEffect, useRef } from 'react'

/** By the key as a keyboard names it (`j`, `?`), or `mod+` and the key: Ctrl, or Cmd on a Mac. */
export type Keys = Readonly<Record<string, () => void>>

const isTypedIn = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) &&
  // A choice between buttons takes no letters.
  !(target instanceof HTMLInputElement && ['radio', 'checkbox', 'button'].includes(target.type))

/** Something lies over the page and has the keys for itself. */
const isCovered = (): boolean => document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null

/** Shortcuts of the whole page. A plain key does nothing where somebody types or something lies over the page. */
export function useKeys(keys: Keys): void {
  const newest = useRef(keys)
  useEffect(() => {
    newest.current = keys
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return
      const isMod = event.ctrlKey || event.metaKey
      if (isCovered() || (!isMod && isTypedIn(event.target))) return
      const act = newest.current[isMod ? `mod+${event.key.toLowerCase()}` : event.key]
      if (!act) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => {
      document.removeEventListener('keydown', onKeyDown)
    }
  }, [])
}
