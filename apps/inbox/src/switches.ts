import type { KeyValue } from '@helvino/runtime'

/** In localStorage: `off` keeps this browser quiet. */
const soundKey = 'helvino/sound'
/** `on` where an agent wants notifications of the desktop. */
const alertsKey = 'helvino/alerts'

/** How this browser tells of what happens while nobody sees the page. */
export interface Switches {
  hasSound(): boolean
  setSound(isOn: boolean): void
  hasAlerts(): boolean
  setAlerts(isOn: boolean): void
}

export const createSwitches = (storage: KeyValue): Switches => ({
  hasSound: () => storage.get(soundKey) !== 'off',
  setSound: (isOn) => {
    if (isOn) storage.remove(soundKey)
    else storage.set(soundKey, 'off')
  },
  hasAlerts: () => storage.get(alertsKey) === 'on',
  setAlerts: (isOn) => {
    if (isOn) storage.set(alertsKey, 'on')
    else storage.remove(alertsKey)
  },
})
