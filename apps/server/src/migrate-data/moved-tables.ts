export interface MovedTable {
  readonly name: string
  /** Columns of its primary key. Their order is the same in both databases: numbers by value, texts by their bytes. */
  readonly key: readonly string[]
  /** Columns of the rows that are counted and summed up together; empty: all of them. */
  readonly checkedBy: readonly string[]
}

const table = (name: string, key: readonly string[], checkedBy: readonly string[] = []): MovedTable => ({
  name,
  key,
  checkedBy,
})

/** Everything that an installation keeps, each table after those that it refers to. */
export const movedTables: readonly MovedTable[] = [
  table('orgs', ['id']),
  table('refused_origins', ['org_id', 'origin']),
  table('visitors', ['org_id', 'id']),
  table('visitor_profiles', ['org_id', 'visitor_id']),
  table('conversations', ['org_id', 'id']),
  table('messages', ['org_id', 'conversation_id', 'sequence'], ['org_id', 'conversation_id']),
  table('notes', ['org_id', 'conversation_id', 'id'], ['org_id', 'conversation_id']),
  table('replies', ['org_id', 'id']),
  table('seen_origins', ['org_id', 'origin']),
  table('user', ['id']),
  table('session', ['id']),
  table('account', ['id']),
  table('verification', ['id']),
  table('twoFactor', ['id']),
  table('agent_memberships', ['user_id']),
  table('agent_invitations', ['id']),
  table('agent_two_factor_demands', ['org_id']),
  table('agent_shown_codes', ['user_id', 'code']),
  table('agent_audit', ['org_id', 'id']),
  table('installation', ['name']),
]

/** Says that a database can be written, and nothing else. */
export const leftTables: readonly string[] = ['heartbeat']
