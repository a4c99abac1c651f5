import type { AgentConversation, VisitorAnswer, VisitorProfile } from '@helvino/protocol'
import { Button, CopyButton, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Loading } from './Loading.tsx'
import { Face } from './Face.tsx'
import { Icon } from './Icon.tsx'
import { visitorName, visitorTitle } from './listing.ts'
import { routeHash } from './route.ts'
import type { FoundVisitor } from './use-visitor.ts'
import { formatFull, formatWhen } from './when.ts'
import { words } from './words/en.ts'

interface VisitorColumnProps {
  readonly conversation: AgentConversation
  readonly found: FoundVisitor
  readonly nowMs: number
}

/** Who one talks with, as far as they or their page have told. */
export function VisitorColumn({ conversation, found, nowMs }: VisitorColumnProps) {
  const answer = typeof found === 'string' ? undefined : found
  const { visitorId } = conversation
  const name = answer?.visitor.name ?? conversation.visitorName
  const email = answer?.visitor.email ?? conversation.visitorEmail
  return (
    <div className="visitor">
      <div className="visitor-who">
        <Face name={name ?? email ?? undefined} seed={visitorId} />
        <Text component="h3" fw={600} dir="auto" className="visitor-name">
          {/* The address stands below it. */}
          {visitorTitle({ visitorId, visitorName: name, visitorEmail: null })}
        </Text>
      </div>
      {email !== null && <Email email={email} />}
      {found === 'asking' && <Loading />}
      {found === 'failed' && (
        <Text size="sm" c="dimmed" role="status">
          {words.visitorColumn.failed}
        </Text>
      )}
      {answer && <Facts visitor={answer.visitor} conversation={conversation} nowMs={nowMs} />}
      {answer && <Others conversations={answer.conversations} nowMs={nowMs} />}
    </div>
  )
}

function Email({ email }: { readonly email: string }) {
  return (
    <div className="visitor-email">
      <a href={`mailto:${encodeURIComponent(email)}`}>{email}</a>
      <CopyButton value={email}>
        {({ copied, copy }) => (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            aria-label={words.visitorColumn.copyEmail}
            onClick={copy}
          >
            {copied ? words.visitorColumn.copied : <Icon name="copy" size={14} />}
          </Button>
        )}
      </CopyButton>
    </div>
  )
}

interface FactsProps {
  readonly visitor: VisitorProfile
  readonly conversation: AgentConversation
  readonly nowMs: number
}

function Facts({ visitor, conversation, nowMs }: FactsProps) {
  const { page, language, browser, firstSeenAt, lastSeenAt, visitorId } = visitor
  const when = (iso: string | null) =>
    iso === null ? null : (
      <time dateTime={iso} title={formatFull(iso)}>
        {formatWhen(iso, nowMs)}
      </time>
    )
  const link = page && (
    <a href={page.url} target="_blank" rel="noopener noreferrer" title={page.url}>
      {page.title || page.url}
    </a>
  )
  return (
    <dl className="facts">
      <Fact name={words.visitorColumn.page}>{isWebAddress(page?.url) ? link : page?.url}</Fact>
      <Fact name={words.visitorColumn.language}>{language && languageName(language)}</Fact>
      <Fact name={words.visitorColumn.browser}>{browser}</Fact>
      <Fact name={words.visitorColumn.firstSeen}>{when(firstSeenAt ?? conversation.createdAt)}</Fact>
      <Fact name={words.visitorColumn.lastSeen}>{when(lastSeenAt)}</Fact>
      <Fact name={words.visitorColumn.id}>
        <span title={visitorId}>{visitorName({ visitorId })}</span>
      </Fact>
    </dl>
  )
}

// A visitor says themselves where they are: an address that is no page's must not become a link.
const isWebAddress = (url: string | undefined): boolean => /^https?:\/\//i.test(url ?? '')

function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(undefined, { type: 'language' }).of(tag) ?? tag
  } catch {
    // A tag that is none is shown as it came.
    return tag
  }
}

/** Nothing where nothing is known. */
function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  if (!children) return null
  return (
    <div>
      <dt>{name}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  )
}

interface OthersProps {
  readonly conversations: VisitorAnswer['conversations']
  readonly nowMs: number
}

function Others({ conversations, nowMs }: OthersProps) {
  return (
    <section aria-label={words.visitorColumn.others}>
      <Text component="h4" size="sm" fw={600} mb={4}>
        {words.visitorColumn.others}
      </Text>
      {conversations.length === 0 && (
        <Text size="sm" c="dimmed">
          {words.visitorColumn.noOthers}
        </Text>
      )}
      <ul className="others">
        {conversations.map(({ id, preview, createdAt, status }) => (
          <li key={id}>
            <a href={routeHash({ view: 'thread', id })}>
              <span className="other-text" dir="auto">
                {preview || words.list.noPreview}
              </span>
              <span className="other-note">
                {formatWhen(createdAt, nowMs)} · {words.list[status]}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
