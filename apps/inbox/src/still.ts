import { createElement, type FunctionComponent, memo, useLayoutEffect, useRef } from 'react'

type Handler = (...terms: readonly unknown[]) => unknown

/** A part that stands still while its values do: functions are handed on as ones that stay the same, and call the newest. Not for refs or children. */
export function still<Props extends object>(part: FunctionComponent<Props>): FunctionComponent<Props> {
  const Memo = memo<Props>(part)
  return function Still(props: Props) {
    const newest = useRef(new Map<string, Handler>())
    const kept = useRef(new Map<string, Handler>())
    const handlers = Object.entries(props).filter((entry): entry is [string, Handler] => typeof entry[1] === 'function')
    useLayoutEffect(() => {
      newest.current = new Map(handlers)
    })
    for (const [name] of handlers)
      if (!kept.current.has(name)) kept.current.set(name, (...terms) => newest.current.get(name)?.(...terms))
    return createElement(Memo, { ...props, ...Object.fromEntries(kept.current) })
  }
}
