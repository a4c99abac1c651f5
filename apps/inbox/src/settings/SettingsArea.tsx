import { NativeSelect, Title } from '@mantine/core'
import { BackLink } from '../BackLink.tsx'
import { routeHash, type SettingsPage, settingsPages } from '../route.ts'
import { mayAdminister } from '../session.ts'
import { settingsWords as words } from '../words/settings-en.ts'
import type { SettingsPaneProps } from './settings-pane-props.ts'
import { useLeaveGuard } from './use-leave-guard.ts'
import { AccountPage } from './AccountPage.tsx'
import { ActivityPage } from './ActivityPage.tsx'
import { DataPage } from './DataPage.tsx'
import { IdentityPage } from './IdentityPage.tsx'
import { InstallationPage } from './InstallationPage.tsx'
import { SitesPage } from './SitesPage.tsx'
import { TeamPage } from './TeamPage.tsx'
import { WidgetPage, type WidgetPageProps } from './WidgetPage.tsx'

/** On these nobody but an admin sees anything: no list leads others there, and whoever comes by the address is told. */
const adminPages: ReadonlySet<SettingsPage> = new Set(['sites', 'activity'])

/** All settings: which page beside what is on it, or above it on a narrow screen. */
export function SettingsArea(props: SettingsPaneProps) {
  const { page, session } = props
  const pages = settingsPages.filter((each) => each === page || mayAdminister(session) || !adminPages.has(each))
  const guard = useLeaveGuard()
  return (
    <section className="settings" aria-label={words.title}>
      <nav className="settings-nav" aria-label={words.nav}>
        <Title order={2} size="h4" className="settings-nav-title">
          {words.title}
        </Title>
        <ul>
          {pages.map((each) => (
            <li key={each}>
              <a
                href={routeHash({ view: 'settings', page: each })}
                aria-current={each === page ? 'page' : undefined}
                className="settings-link"
              >
                {words.pages[each]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className="settings-main">
        <div className="settings-choice">
          <BackLink />
          <NativeSelect
            aria-label={words.choosePage}
            value={page}
            data={pages.map((each) => ({ value: each, label: words.pages[each] }))}
            onChange={({ currentTarget }) => {
              guard.go(routeHash({ view: 'settings', page: currentTarget.value as SettingsPage }))
            }}
          />
        </div>
        <div className="settings-scroll" tabIndex={0} role="region" aria-labelledby="settings-heading" key={page}>
          <Page {...{ ...props, guard }} />
        </div>
      </div>
    </section>
  )
}

function Page(props: WidgetPageProps) {
  switch (props.page) {
    case 'sites':
      return <SitesPage {...props} />
    case 'widget':
      return <WidgetPage {...props} />
    case 'installation':
      return <InstallationPage {...props} />
    case 'team':
      return <TeamPage {...props} />
    case 'identity':
      return <IdentityPage {...props} />
    case 'activity':
      return <ActivityPage {...props} />
    case 'account':
      return <AccountPage {...props} />
    case 'data':
      return <DataPage {...props} />
  }
}
