import { MantineProvider } from '@mantine/core'
import { browserRuntime } from '@helvino/runtime/system-browser'
import { browserTone } from '@helvino/runtime/system-tone'
import { createRoot } from 'react-dom/client'
import { browserAlerts } from './browser-alerts.ts'
import { createInboxApi } from './api.ts'
import { browserSaveFile } from './browser-save-file.ts'
import { Inbox } from './Inbox.tsx'
import { hashOfPath } from './route.ts'
import { InvitationPage } from './settings/InvitationPage.tsx'
import { cssVariables, theme } from './theme.ts'

const root = document.getElementById('inbox')
if (!root) throw new Error('the page has no element with the id "inbox"')
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

const { pathname: scriptPath } = new URL(import.meta.url)
const isInvitation = location.pathname === '/inbox/invitation'

// All of the inbox is one page, which tells its places apart behind the `#`.
const hash = hashOfPath(location.pathname)
if (hash !== undefined) history.replaceState(null, '', `/inbox${hash}`)

const api = createInboxApi({
  runtime: browserRuntime,
  apiUrl: location.origin,
  scriptPath,
  reload: () => {
    location.reload()
  },
  playTone: browserTone,
  alerts: browserAlerts,
  saveFile: browserSaveFile,
})

createRoot(root).render(
  <MantineProvider
    theme={theme}
    cssVariablesResolver={cssVariables}
    defaultColorScheme="auto"
    getStyleNonce={() => nonce}
  >
    {isInvitation ? (
      <InvitationPage
        api={api}
        token={location.hash.slice(1)}
        onLogin={() => {
          location.replace('/inbox')
        }}
      />
    ) : (
      <Inbox api={api} />
    )}
  </MantineProvider>,
)
