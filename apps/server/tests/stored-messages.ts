import { join } from 'node:path'
import Sqlite from 'better-sqlite3'

/** What the database file holds of the conversation in which `text` was said: contents in the order of their sequence. */
export function storedBeside(
  server: { readonly dataFolder: string },
  text: string,
): { content: string; sequence: number }[] {
  const database = new Sqlite(join(server.dataFolder, 'helvino.db'), { readonly: true })
  try {
    return database
      .prepare<[string], { content: string; sequence: number }>(
        'SELECT content, sequence FROM messages WHERE conversation_id = (SELECT conversation_id FROM messages WHERE content = ?) ORDER BY sequence',
      )
      .all(text)
  } finally {
    database.close()
  }
}
