/** @jsxImportSource preact */
import type { TokenEvent } from '@helvino/client'
import {
  browserChannels,
  browserLife,
  browserLocks,
  browserOpenSocket,
  browserStorage,
  browserValues,
} from '@helvino/runtime/system-browser'
import { options, render } from 'preact'
import { createApi } from './api.ts'
import { App } from './App.tsx'
import css from './App.css'
import { isWaiting, leftKeyOf, sendLeft } from './left-behind.ts'
import type { Panel, PanelTerms } from './panel-terms.ts'
import { usualTuning } from './usual-tuning.ts'

/** File name of the chunk that this panel was built with. */
declare const FACE_FILE: string

// Long after the first message may have been sent.
const faceAfterMs = 6_000

// Kept for the figures until what reports them is there; where it never comes, no more than these.
const maxEarly = 50

/** To the page our inputs look like one plain element, so its keyboard shortcuts would fire on what the visitor types. */
function keepKeys(root: ShadowRoot, onClose: () => void): void {
  for (const type of ['keydown', 'keypress', 'keyup'])
    root.addEventListener(type, (event) => {
      event.stopPropagation()
      if (event instanceof KeyboardEvent && type === 'keydown' && event.key === 'Escape' && !event.isComposing)
        onClose()
    })
}

/** What stops changes the state once more: nobody asks a second time. */
function hearSwitchOff(client: ReturnType<typeof createApi>['client'], onDisabled: () => void): void {
  const leave = client.subscribe(({ config }) => {
    if (config?.widgetEnabled !== false) return
    leave()
    onDisabled()
  })
}

/** Whoever signs out may have no network by then, and `reset` is in that chunk: the loader finds what the browser has loaded already. */
const loadFaceLater = ({ clock, apiUrl }: PanelTerms) =>
  clock.startTimer(faceAfterMs, () => {
    import(`${apiUrl}/assets/${FACE_FILE}`).catch(() => undefined)
  })

/** Puts the panel into the loader's shadow root. It is hidden until shown, and starts its client when it is first rendered. */
export function startPanel(given: PanelTerms): Panel {
  // Once: a page that signs its visitor out forgets the id while this panel still stands.
  const visitorId = given.keepVisitorId()
  const terms = { ...given, keepVisitorId: () => visitorId }
  const { root, clock, random, request, onClose, onDisabled, tell, settings } = terms
  // Drawn in a turn of its own, once for all that the turn before has changed: a message that leaves in that one does not wait for it.
  options.debounceRendering = (drawAll) => {
    clock.startTimer(0, drawAll)
  }
  const adopt = (text: string) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
    root.adoptedStyleSheets.push(sheet)
  }
  adopt(css)
  const place = document.createElement('div')
  // Before the launcher: the order of tabbing is the order on screen.
  root.prepend(place)
  keepKeys(root, onClose)

  const { bufferMs, errorClearMs, locale } = { ...usualTuning, ...settings }
  const shared = {
    life: browserLife,
    locks: browserLocks,
    channels: browserChannels,
    values: browserValues,
    storage: browserStorage,
  }
  const runtime = { clock, random, network: { request, openSocket: browserOpenSocket }, ...shared }
  const api = createApi({ ...terms, runtime, bufferMs })
  const { client } = api
  const early: TokenEvent[] = []
  let isOpen = false
  const draw = () => {
    render(<App {...{ api, terms, clock, isOpen, locale, errorClearMs, early, onClose }} onCss={adopt} />, place)
  }
  client.renewer.subscribe((event) => {
    if (early.length < maxEarly) early.push(event)
  })
  const leftKey = leftKeyOf(terms.site)
  const note = () => terms.noteWaiting?.(isWaiting(client.state.outbox) || browserStorage.get(leftKey) !== undefined)
  const openAs = (id: string) =>
    createApi({ ...terms, runtime, bufferMs, visitorId: id, keepVisitorId: () => id, boot: undefined }).client
  // Not among the requests of somebody who has signed in.
  const stopLeft = visitorId.startsWith('v_') ? sendLeft(leftKey, browserStorage, openAs, note) : undefined
  let seen = client.state.outbox
  hearSwitchOff(client, onDisabled)
  const cancelFace = loadFaceLater(terms)
  client.subscribe(({ outbox, connection }) => {
    tell?.('status', connection)
    if (outbox !== seen) note()
    seen = outbox
  })
  const set = (shown: boolean) => {
    isOpen = shown
    client.setEngaged(shown)
    draw()
  }
  return {
    show: () => set(true),
    hide: () => set(false),
    stop() {
      render(null, place)
      place.remove()
      client.dispose()
      cancelFace()
      stopLeft?.()
    },
  }
}
