import { inject, type InjectionKey, type Plugin } from 'vue'
import { type HelvinoFace, type HelvinoOptions, helvinoFace, loadHelvino } from './index.ts'

const faceKey: InjectionKey<HelvinoFace> = Symbol('helvino')

/** `app.use(helvino, { siteId, apiUrl })`: the chat, until the app is unmounted. On a server nothing happens. */
export const helvino: Plugin<[HelvinoOptions]> = {
  install(app, options) {
    const face = loadHelvino(options)
    app.provide(faceKey, face)
    app.onUnmount(() => {
      face.shutdown()
    })
  },
}

/** What to call, in the set-up of any component below an app that uses `helvino`. */
export const useHelvino = (): HelvinoFace => inject(faceKey, helvinoFace, true)
