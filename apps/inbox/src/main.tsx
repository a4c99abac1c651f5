import { MantineProvider } from '@mantine/core'
import { browserRuntime } from '@helvino/runtime/system-browser'
import { browserTone } from '@helvino/runtime/system-tone'
import { createRoot } from 'react-dom/client'
import { browserAlerts } from './browser-alerts.ts'
import { createInboxApi } from './api.ts'
import { Inbox } from './Inbox.tsx'
import { cssVariables, theme } from './theme.ts'

const root = document.getElementById('inbox')
if (!root) throw new Error('the page has no element with the id "inbox"')
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

const { pathname: scriptPath } = new URL(import.meta.url)

createRoot(root).render(
  <MantineProvider
    theme={theme}
    cssVariablesResolver={cssVariables}
    defaultColorScheme="auto"
    getStyleNonce={() => nonce}
  >
    <Inbox
      api={createInboxApi({
        runtime: browserRuntime,
        apiUrl: location.origin,
        scriptPath,
        reload: () => {
          location.reload()
        },
        playTone: browserTone,
        alerts: browserAlerts,
      })}
    />
  </MantineProvider>,
)
