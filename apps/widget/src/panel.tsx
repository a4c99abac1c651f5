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
import { lineOfTokenEvent, say } from './console-lines.ts'
import { loadTelemetry } from './load-telemetry.ts'
import type { Panel, PanelTerms } from './panel-terms.ts'
import { usualTuning } from './usual-tuning.ts'

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

/** Puts the panel into the loader's shadow root. It is hidden until shown, and starts its client when it is first rendered. */
export function startPanel(terms: PanelTerms): Panel {
  const { root, boot, clock, random, request, onClose, onDisabled, tell, settings } = terms
  // Drawn in a turn of its own, once for all that the turn before has changed: a message that leaves in that one does not wait for it.
  options.debounceRendering = (drawAll) => {
    clock.startTimer(0, drawAll)
  }
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets.push(sheet)
  const place = document.createElement('div')
  // Before the launcher: the order of tabbing is the order on screen.
  root.prepend(place)
  keepKeys(root, onClose)

  const { bufferMs, errorClearMs, locale, sound } = { ...usualTuning, ...settings }
  const network = { request, openSocket: browserOpenSocket }
  const shared = {
    life: browserLife,
    locks: browserLocks,
    channels: browserChannels,
    values: browserValues,
    storage: browserStorage,
  }
  const api = createApi({ ...terms, runtime: { clock, random, network, ...shared }, bufferMs })
  const { client } = api
  let isOpen = false
  const draw = () => {
    render(
      <App api={api} clock={clock} isOpen={isOpen} locale={locale} errorClearMs={errorClearMs} onClose={onClose} />,
      place,
    )
  }
  const early: TokenEvent[] = []
  const isFirstSaid = boot !== undefined && boot.body === undefined
  client.renewer.subscribe((event) => {
    const line = lineOfTokenEvent(event, isFirstSaid)
    if (line !== undefined) say(line)
    if (early.length < maxEarly) early.push(event)
  })
  loadTelemetry(terms, client.renewer, early)
  let seen = client.state.outbox
  client.subscribe(({ config, outbox, connection }) => {
    tell?.('status', connection)
    if (config?.widgetEnabled === false) onDisabled()
    if (outbox !== seen) terms.noteWaiting?.(outbox.some(({ delivery }) => delivery.state !== 'failed'))
    seen = outbox
  })
  client.onAnnounce(({ id, content: text }) => {
    tell?.('message', { id, text })
    if (sound !== false && !(isOpen && browserLife.isVisible())) api.playTone()
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
    },
  }
}
