/** @jsxImportSource preact */
import { render } from 'preact'
import { createApi } from './api.ts'
import { App } from './App.tsx'
import css from './App.css'
import { lineOfTokenEvent, say, warn } from './console-lines.ts'
import type { Panel, PanelTerms } from './panel-terms.ts'
import { readTuning } from './tuning.ts'

/** Puts the panel into the loader's shadow root. It is hidden until shown, and starts its client when it is first rendered. */
export function startPanel(terms: PanelTerms): Panel {
  const { root, boot, onClose, onDisabled } = terms
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets.push(sheet)
  const place = document.createElement('div')
  // Before the launcher: the order of tabbing is the order on screen.
  root.prepend(place)

  const { bufferMs, errorClearMs } = readTuning(terms.tuning, warn)
  const api = createApi({ ...terms, bufferMs })
  let isOpen = false
  const draw = () => {
    render(<App api={api} isOpen={isOpen} errorClearMs={errorClearMs} onClose={onClose} />, place)
  }
  const isFirstSaid = boot !== undefined && boot.body === undefined
  api.onTokenEvent((event) => {
    const line = lineOfTokenEvent(event, isFirstSaid)
    if (line !== undefined) say(line)
  })
  api.subscribe(({ config }) => {
    if (config?.widgetEnabled === false) onDisabled()
  })
  const set = (shown: boolean) => {
    isOpen = shown
    api.setEngaged(shown)
    draw()
  }
  return {
    show: () => set(true),
    hide: () => set(false),
    stop() {
      render(null, place)
      place.remove()
      api.stop()
    },
  }
}
