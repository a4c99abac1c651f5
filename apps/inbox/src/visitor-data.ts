import type { CallResult } from '@helvino/client'
import { asRecord, type PublicVisitorId } from '@helvino/protocol'
import type { HttpRequest } from '@helvino/runtime'

/** For admins, about everything that is kept of one visitor; refused with `not_found` where nothing is. */
export interface VisitorCalls {
  /** As the text of a file. */
  exportVisitor(this: void, id: PublicVisitorId): Promise<CallResult<string>>
  /** For good. Whoever has the conversations on the screen hears that they are gone. */
  deleteVisitor(this: void, id: PublicVisitorId): Promise<CallResult<true>>
}

type Call = <Value>(
  httpRequest: HttpRequest,
  decode: (body: unknown) => Value | undefined,
) => Promise<CallResult<Value>>

export function createVisitorData(apiUrl: string, call: Call): VisitorCalls {
  const url = (id: PublicVisitorId) => `${apiUrl}/api/agent/visitors/${id}`
  return {
    exportVisitor: (id) =>
      // Told in lines: a person reads it too.
      call({ method: 'GET', url: `${url(id)}/export`, headers: {} }, (body) =>
        asRecord(body) ? JSON.stringify(body, null, 2) : undefined,
      ),
    deleteVisitor: (id) => call({ method: 'DELETE', url: url(id), headers: {} }, () => true as const),
  }
}
