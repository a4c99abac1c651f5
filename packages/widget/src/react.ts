import { useEffect, useState } from 'react'
import { type HelvinoFace, type HelvinoOptions, helvinoFace, loadHelvino } from './index.ts'

/** What to call, the same one as long as the component is there. Loads nothing by itself: see `HelvinoChat`. */
export function useHelvino(): HelvinoFace {
  const [face] = useState(helvinoFace)
  return face
}

/** The chat, as long as this is mounted. It draws nothing where it stands, and nothing at all on a server. A changed setting is taken in. */
export function HelvinoChat(options: HelvinoOptions): null {
  const { siteId, apiUrl, nonce, ...settings } = options
  const text = JSON.stringify(settings)
  useEffect(() => {
    const face = loadHelvino({ ...(JSON.parse(text) as typeof settings), siteId, apiUrl, nonce })
    return () => {
      face.shutdown()
    }
    // Another setting is taken in below, with the chat left where it is.
  }, [siteId, apiUrl, nonce])
  useEffect(() => {
    if (text !== '{}') helvinoFace().update(JSON.parse(text) as typeof settings)
  }, [text])
  return null
}
