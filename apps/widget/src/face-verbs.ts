import { browserStorage } from '@helvino/runtime/system-browser'
import { passOn, warn } from './console-lines.ts'
import { lookOf } from './face-look.ts'
import { readSettings } from './face-settings.ts'
import type { HelvinoEvents, HelvinoSettings } from '@helvino/widget-package'
import type { FaceModule, LoaderSide } from './face-terms.ts'
import { leftKeyOf } from './left-behind.ts'
import type { Told } from './told.ts'
import './helvino-global.ts'
import type { PanelSettings } from './panel-terms.ts'
import { decodeIdentity, type SignedIn, signIn } from './signed-in.ts'
import { visitorKeyOf } from './visitor-identity.ts'
import { createWaitingNote } from './waiting-note.ts'
import type { WidgetOptions } from './widget.ts'

/** What the widget can do by itself. */
const ofWidget: ReadonlySet<string> = new Set(['open', 'close', 'toggle', 'isOpen', 'shutdown'])

/** What the site's owner is told to do about a refusal that will not pass. */
const adviceOn: Readonly<Record<string, string>> = {
  not_found: 'check the site id or org key',
  origin_not_allowed: 'allow it in the inbox, then reload',
  org_disabled: 'the organisation is switched off',
}

const panelPart = ({ locale, sound, telemetry, bufferMs, errorClearMs }: HelvinoSettings): PanelSettings => ({
  ...{ locale, sound, telemetry },
  ...(bufferMs !== undefined && { bufferMs }),
  ...(errorClearMs !== undefined && { errorClearMs }),
})

type Change = (change: Partial<WidgetOptions>) => void

/** Changes what the widget is made of; one that is on the page is made anew, and opened again where it was open, which nobody is told of. */
const createChange =
  (loader: LoaderSide): Change =>
  (change) => {
    loader.options = { ...loader.options, ...change }
    if (!loader.widget) return
    const wasOpen = loader.widget.isOpen()
    const { hear } = loader
    delete loader.hear
    loader.run('shutdown')
    loader.put()
    if (wasOpen) loader.run('open')
    if (hear) loader.hear = hear
  }

/** The page's settings, kept over every `boot`, and what follows from a change of them. */
function createSettings(loader: LoaderSide, change: Change) {
  const sheet = new CSSStyleSheet()
  const dress = (root: ShadowRoot) => {
    root.adoptedStyleSheets.push(sheet)
  }
  const { attribute } = loader.options
  let settings: HelvinoSettings = {}
  let panelSettings = JSON.stringify(panelPart({}))
  for (const { shadowRoot } of document.querySelectorAll('helvino-widget')) if (shadowRoot) dress(shadowRoot)
  loader.options = { ...loader.options, dress }
  /** Takes in what is named; a chat that is there is made anew only where it has to be. */
  const update = (more: HelvinoSettings) => {
    settings = { ...settings, ...more }
    sheet.replaceSync(lookOf(settings))
    const next = panelPart(settings)
    const text = JSON.stringify(next)
    if (text !== panelSettings) change({ settings: next })
    panelSettings = text
  }
  update(readSettings({ settings: window.helvinoSettings, attribute }, warn))
  return (given: unknown) => {
    update(readSettings({ settings: given, attribute: () => null }, warn))
  }
}

/** Who the visitor is: the device's own, or somebody who has signed in. */
function createOwners({ options: { clock, request, site, tell } }: LoaderSide, change: Change) {
  let signedIn: SignedIn | undefined
  return {
    async identify(given: unknown) {
      const identity = decodeIdentity(given)
      if (!identity) throw new Error('it takes { userId?, token } or { userId?, getToken }')
      const next = await signIn(identity, { clock, request, tell })
      // The page says it each time it draws: nothing begins anew by that.
      if (signedIn?.owner === next.owner && !signedIn.renew(identity)) return
      signedIn = next
      change({ owner: next.owner, request: next.request })
    },
    reset() {
      signedIn = undefined
      const key = visitorKeyOf(site)
      const left = leftKeyOf(site)
      // What waits is theirs still, and is sent as theirs.
      if (createWaitingNote(site, browserStorage).isThere())
        browserStorage.set(left, [browserStorage.get(left), browserStorage.get(key)].filter(Boolean).join(' '))
      browserStorage.remove(key)
      change({ owner: undefined, request })
    },
  }
}

function createVerbs(loader: LoaderSide): Readonly<Record<string, (given: unknown) => void | Promise<void>>> {
  const { options } = loader
  const boot = () => {
    if (loader.widget) return
    loader.put()
    options.tell('ready')
  }
  const change = createChange(loader)
  const update = createSettings(loader, change)
  return {
    boot(settings) {
      update(settings)
      boot()
    },
    update,
    ...createOwners(loader, change),
    show: () => {
      update({ hideLauncher: false })
    },
    hide: () => {
      update({ hideLauncher: true })
    },
    setLocale: (locale) => {
      update({ locale })
    },
    setTheme: (theme) => {
      update({ theme })
    },
    refused(code) {
      const message = `${options.apiUrl} refused ${location.origin} (${String(code)}): ${adviceOn[String(code)] ?? ''}.`
      warn(message)
      options.tell('error', { code: String(code), message })
    },
  }
}

/** Tells whoever listens; each hears the next one also where another one throws. Counts what is unread. */
function createListeners(loader: LoaderSide) {
  const listeners = new Set<readonly unknown[]>()
  let unread = 0
  let state = ''
  const hear = (listener: unknown, detail: unknown) => {
    try {
      ;(listener as (detail: unknown) => void)(detail)
    } catch (error) {
      passOn(error)
    }
  }
  const tell = (...[event, detail]: Told) => {
    if (event === 'status') {
      // Told at every change of the chat, whatever it is.
      const next = (detail as HelvinoEvents['status']).state
      if (next === state) return
      state = next
      detail = { state }
    }
    for (const [, name, listener] of listeners) if (name === event) hear(listener, detail)
    const isNew = event === 'message' && !loader.widget?.isOpen()
    if (!isNew && (event !== 'open' || unread === 0)) return
    unread = isNew ? unread + 1 : 0
    tell('unread', { count: unread })
  }
  return {
    tell,
    add(entry: readonly unknown[]) {
      const [, event, listener] = entry
      if (typeof listener !== 'function') throw new Error('it takes an event and a function')
      listeners.add(entry)
      if (event === 'ready' && loader.widget) hear(listener, undefined)
    },
  }
}

/** Does the calls one after the other; each stays first in line until it is done. */
function createQueue(
  { calls }: LoaderSide,
  run: (call: readonly unknown[]) => Promise<void> | undefined,
): () => Promise<void> {
  let isRunning = false
  return async () => {
    if (isRunning) return
    isRunning = true
    for (let call = calls[0]; call; call = calls[0]) {
      const running = run(call)
      if (running) await running
      calls.shift()
    }
    isRunning = false
  }
}

export const run: FaceModule['run'] = (loader) => {
  const { calls, options } = loader
  const verbs = createVerbs(loader)
  const { tell, add } = createListeners(loader)
  const unknown = new Set<string>()
  const fail = (verb: string, error: unknown) => {
    const message = `${verb}: ${error instanceof Error ? error.message : String(error)}`
    warn(message)
    options.tell('error', { code: 'call_invalid', message })
  }
  const answer = (call: readonly unknown[]) => {
    const verb = String(call[0])
    try {
      if (verb === 'on') add(call)
      else if (Object.hasOwn(verbs, verb)) return verbs[verb]?.(call[1])?.catch((error: unknown) => fail(verb, error))
      else if (ofWidget.has(verb)) loader.run(verb)
      else if (call.length > 0 && !unknown.has(verb)) {
        unknown.add(verb)
        warn(`there is no "${verb}" in Helvino.`)
      }
    } catch (error) {
      fail(verb, error)
    }
    return undefined
  }
  const work = createQueue(loader, answer)
  calls.push = (...more) => {
    Array.prototype.push.apply(calls, more)
    void work()
    return calls.length
  }
  loader.hear = tell
  // The visitor was quicker than this chunk.
  const isOpen = loader.widget?.isOpen()
  void work()
  if (isOpen) tell('open')
}
