import { useState } from 'react'
import type { InboxApi } from './api.ts'

export interface AlertSwitches {
  readonly hasSound: boolean
  readonly toggleSound: () => void
  /** `denied`: the browser was told never to show any; `unsupported`: it cannot. */
  readonly alerts: 'on' | 'off' | 'denied' | 'unsupported'
  readonly toggleAlerts: () => void
}

function alertsOf({ alerts, switches }: InboxApi): AlertSwitches['alerts'] {
  const permission = alerts.permission()
  if (permission === 'denied' || permission === 'unsupported') return permission
  return permission === 'granted' && switches.hasAlerts() ? 'on' : 'off'
}

/** How an agent hears of what happens while the page is out of sight. Kept in this browser. */
export function useAlertSwitches(api: InboxApi): AlertSwitches {
  const [hasSound, setSound] = useState(() => api.switches.hasSound())
  const [alerts, setAlerts] = useState(() => alertsOf(api))

  async function toggleAlerts() {
    const isWanted = alerts !== 'on'
    // Only here, in a click, the browser is made to ask.
    if (isWanted && api.alerts.permission() === 'default') await api.alerts.ask()
    api.switches.setAlerts(isWanted)
    setAlerts(alertsOf(api))
  }

  return {
    hasSound,
    toggleSound: () => {
      api.switches.setSound(!hasSound)
      setSound(!hasSound)
    },
    alerts,
    toggleAlerts: () => void toggleAlerts(),
  }
}
