export interface Alert {
  readonly title: string
  readonly body: string
  /** Of two with one tag the later takes the place of the earlier. */
  readonly tag: string
  /** Where a click leads: a fragment of this page. */
  readonly hash: string
}

/** Notifications of the desktop, as an argument. */
export interface Alerts {
  /** `unsupported`: this browser has none, or not on this page. */
  permission(): 'granted' | 'denied' | 'default' | 'unsupported'
  /** Asks the person, from a click of theirs. */
  ask(): Promise<void>
  /** Never throws. */
  show(alert: Alert): void
}

const isSupported = () => 'Notification' in window && window.isSecureContext

export const browserAlerts: Alerts = {
  permission: () => (isSupported() ? Notification.permission : 'unsupported'),
  async ask() {
    if (isSupported()) await Notification.requestPermission()
  },
  show({ title, body, tag, hash }) {
    try {
      const notification = new Notification(title, { body, tag })
      notification.onclick = () => {
        window.focus()
        location.hash = hash
        notification.close()
      }
    } catch {
      // Some phones know notifications of service workers only; the title's count and the sound are there.
    }
  },
}
