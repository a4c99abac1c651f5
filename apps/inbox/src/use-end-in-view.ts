import { type RefObject, type UIEvent, useEffect, useLayoutEffect, useRef } from 'react'

// Who is this close to the end, in CSS pixels, reads along.
const nearEndPixels = 120

/** Keeps the end of what scrolls in view for whoever reads along: when something is added, and when the place for it shrinks or grows. */
export function useEndInView(scroller: RefObject<HTMLDivElement | null>, lastKey: string | undefined, count: number) {
  const isAtEnd = useRef(true)
  const lastTop = useRef(0)

  useLayoutEffect(() => {
    const element = scroller.current
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight
  }, [scroller, lastKey, count])

  useEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) element.scrollTop = element.scrollHeight
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
    }
  }, [scroller])

  return {
    follow: () => {
      isAtEnd.current = true
    },
    onScroll: ({ currentTarget }: UIEvent<HTMLElement>) => {
      const { scrollHeight, scrollTop, clientHeight } = currentTarget
      const isNear = scrollHeight - scrollTop - clientHeight < nearEndPixels
      // Only a person scrolls up: our own scroll may be told of after the place for it has shrunk.
      if (isNear) isAtEnd.current = true
      else if (scrollTop < lastTop.current) isAtEnd.current = false
      lastTop.current = scrollTop
    },
  }
}
