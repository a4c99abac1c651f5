import type { SimDisk } from './sim-disk.ts'

/** A message as it is stored. */
export interface StoredMessage {
  readonly id: string
  readonly conversationId: string
  readonly sequence: number
  readonly role: 'user' | 'agent' | 'system'
  readonly content: string
  readonly clientMessageId: string | null
}

const columns = 'id, conversation_id AS conversationId, sequence, role, content, client_message_id AS clientMessageId'

/** What the world's database holds, read past the server. */
export class Ledger {
  readonly #disk: SimDisk

  constructor(disk: SimDisk) {
    this.#disk = disk
  }

  conversationsOf(orgId: string, visitorId?: string): readonly string[] {
    const rows = this.#disk.all<{ id: string }>(
      'SELECT id FROM conversations WHERE org_id = ? AND (? IS NULL OR visitor_id = ?) ORDER BY created_at_ms, id',
      ...[orgId, visitorId ?? null, visitorId ?? null],
    )
    return rows.map(({ id }) => id)
  }

  /** Whose conversation it is. */
  ownerOf(conversationId: string): { readonly orgId: string; readonly visitorId: string } | undefined {
    return this.#disk.all<{ orgId: string; visitorId: string }>(
      'SELECT org_id AS orgId, visitor_id AS visitorId FROM conversations WHERE id = ?',
      conversationId,
    )[0]
  }

  messagesOf(orgId: string, conversationId: string): readonly StoredMessage[] {
    const sql = `SELECT ${columns} FROM messages WHERE org_id = ? AND conversation_id = ? ORDER BY sequence`
    return this.#disk.all<StoredMessage>(sql, orgId, conversationId)
  }

  /** The id of the message in this place; `undefined` where there is none. */
  idAt(conversationId: string, sequence: number): string | undefined {
    return this.#disk.all<{ id: string }>(
      'SELECT id FROM messages WHERE conversation_id = ? AND sequence = ?',
      ...[conversationId, sequence],
    )[0]?.id
  }

  has(clientMessageId: string): boolean {
    return this.#disk.all('SELECT 1 FROM messages WHERE client_message_id = ?', clientMessageId).length > 0
  }

  /** True once the message with this id is committed. */
  isStored(orgId: string, id: string): boolean {
    if (this.#disk.isInTransaction) return false
    return this.#disk.all('SELECT 1 FROM messages WHERE org_id = ? AND id = ?', orgId, id).length > 0
  }
}
