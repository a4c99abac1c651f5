import { Resume, type ResumePorts } from './resume.ts'
import { Threads, type ThreadsByConversation } from './threads.ts'

export interface ResumedThreadsPorts extends Pick<ResumePorts, 'clock' | 'random' | 'fetchPage'> {
  readonly onChange: (threads: ThreadsByConversation) => void
}

/** Threads whose gaps are fetched, for as long as what `signal` gives at the moment is not aborted. */
export function resumedThreads({ onChange, ...ports }: ResumedThreadsPorts, signal: () => AbortSignal): Threads {
  const threads: Threads = new Threads(onChange, (id) => {
    resume.catchUp(id)
  })
  const resume = new Resume(
    {
      ...ports,
      nextAfter: (id) => threads.nextAfter(id),
      onAsk: (id) => {
        threads.noteAsked(id)
      },
      onFailure: (id) => {
        threads.doubt(id)
      },
      onPage: (id, page, after) => {
        threads.addPage(id, page, after)
      },
    },
    signal,
  )
  return threads
}
