import { describe, expect, it } from 'vitest'
import type { Statement } from './statement.ts'
import { only } from './work.ts'

describe('a statement that always answers a row', () => {
  it('[CV30] is a bug where it answers none, and no message counts as stored by it', () => {
    const statement: Statement<object, object> = { sql: 'select', bind: () => [] }
    const answered = only(statement, {})
    answered.next()
    const row = { id: 'a' }
    expect(answered.next({ rows: [row], written: 0 })).toEqual({ done: true, value: row })
    const broken = only(statement, {})
    broken.next()
    expect(() => broken.next({ rows: [], written: 0 })).toThrow('has answered none')
  })
})
