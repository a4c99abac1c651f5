import { routeHash } from './route.ts'
import { words } from './words/en.ts'

/** Back to the list, on a screen that shows one pane at a time. */
export function BackLink() {
  return (
    <a className="back" href={routeHash({ view: 'list' })} aria-label={words.thread.back}>
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
        <path d="M15 5l-7 7 7 7" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      </svg>
    </a>
  )
}
