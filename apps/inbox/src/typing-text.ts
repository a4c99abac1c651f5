import type { Typist } from '@helvino/client'
import { words } from './words/en.ts'

/** Who writes, as an agent reads it: colleagues first, since an answer under way matters more. Empty where nobody does. */
export function typingText(typists: readonly Typist[]): string {
  const { colleague } = words.happening
  const names = typists.filter(({ role }) => role === 'agent').map(({ name = '' }) => (name === '' ? colleague : name))
  const colleagues = names.length > 0 ? words.happening.answering(names) : ''
  const visitor = names.length < typists.length ? words.happening.writing : ''
  return [colleagues, visitor].filter((part) => part !== '').join(' ')
}
