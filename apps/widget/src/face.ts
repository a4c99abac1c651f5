import { warn } from './console-lines.ts'
import { type HelvinoFace, helvinoVerbs } from '@helvino/widget-package'
import type { FaceModule, LoaderSide } from './face-terms.ts'
import { createWidget, loadOnce, type Widget, type WidgetOptions } from './widget.ts'

export interface FaceOptions extends Omit<WidgetOptions, 'tell' | 'onRefused'> {
  /** As `loadPanel`, for the verbs that are rarely called. */
  readonly loadFace: (attempt: number) => Promise<FaceModule>
  /** The page has set something, which the face's chunk reads. */
  readonly isTuned: boolean
}

/**
 * What the page calls. A call that needs the face's chunk is kept until that is there, which from then on hears what is pushed to `calls`.
 * Calls after one that is not done yet wait for it.
 */
export function createFace(given: FaceOptions): HelvinoFace {
  const calls: unknown[][] = []
  const load = loadOnce(async (attempt) => {
    ;(await given.loadFace(attempt)).run(loader)
  })
  const loader: LoaderSide = {
    ...{ calls, widget: undefined },
    options: { ...given, tell: (...told) => loader.hear?.(...told), onRefused: (code) => call('refused', code) },
    put() {
      loader.widget ??= createWidget(loader.options)
    },
    run(verb) {
      const { widget } = loader
      if (verb === 'shutdown') loader.widget = undefined
      widget?.[verb as keyof Widget]?.()
    },
  }
  const call = (...args: unknown[]) => {
    const verb = args[0] as string
    if (verb === 'isOpen') return !!loader.widget?.isOpen()
    if (loader.widget && verb in loader.widget && !calls.length) loader.run(verb)
    else {
      calls.push(args)
      load().catch((error: unknown) => {
        warn(String(error))
        // What can be done without it is done.
        for (const [kept] of calls.splice(0)) (kept === 'boot' ? loader.put : loader.run)(kept as string)
      })
    }
    // For `on`: what is emptied is heard no more.
    return () => {
      args.length = 0
    }
  }
  document.addEventListener('click', (event) => {
    if (!loader.widget || !(event.target as Element).closest('[data-helvino-open]')) return
    event.preventDefault()
    call('open')
  })
  if (given.isTuned) call('boot')
  else loader.put()
  for (const verb of helvinoVerbs.split(' '))
    Object.assign(call, { [verb]: (...args: unknown[]) => call(verb, ...args) })
  return call as unknown as HelvinoFace
}
