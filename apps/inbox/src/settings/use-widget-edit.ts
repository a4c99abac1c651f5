import type { ChatClient } from '@helvino/client'
import type { OrgSettings } from '@helvino/protocol'
import { useCallback, useEffect, useState } from 'react'
import type { InboxApi } from '../api.ts'
import type { Session } from '../session.ts'
import { settingsWords } from '../words/settings-en.ts'
import { problemOf } from './Problem.tsx'
import { useAsked } from './use-asked.ts'
import { changeOf, type SettingsEdit, wrongFields } from './widget-edit.ts'

const words = settingsWords.widget

export interface WidgetEdit {
  /** As saved, with what was edited over it; `undefined` until the server has answered. */
  readonly settings: OrgSettings | undefined
  readonly isDirty: boolean
  readonly state: 'still' | 'saving' | 'saved'
  /** What did not work as a whole. */
  readonly problem: string | undefined
  /** In words what is wrong with a field; nothing before somebody has tried to save it. */
  wrong(field: string): string | undefined
  edit(edit: SettingsEdit): void
  /** True where all is saved. */
  save(): Promise<boolean>
  discard(): void
}

function sentenceOf(field: string): string {
  const day = /^officeHours\.days\.(\w+)$/.exec(field)?.[1] ?? ''
  const name = (words.days as Readonly<Record<string, string>>)[day]
  return name === undefined ? words.badField(field) : words.badHours(name)
}

/** The settings of the widget while somebody edits them. What was not saved is kept as long as the page lives. */
export function useWidgetEdit(
  api: InboxApi,
  chat: ChatClient,
  session: Session,
  onOrgName: (name: string) => void,
): WidgetEdit {
  const { unsaved } = api.settings
  const owner = session.user.id
  const { value: saved, result, put } = useAsked(useCallback(() => api.settings.findSettings(chat), [api, chat]))
  const [edit, setEdit] = useState<SettingsEdit>(() => unsaved.get(owner) ?? {})
  const [tried, setTried] = useState<readonly string[]>([])
  const [problem, setProblem] = useState<string>()
  const [state, setState] = useState<WidgetEdit['state']>('still')
  const orgName = saved?.name
  useEffect(() => {
    if (orgName !== undefined) onOrgName(orgName)
  }, [orgName, onOrgName])
  const change = saved ? changeOf(saved, edit) : {}
  const isDirty = Object.keys(change).length > 0

  function keep(next: SettingsEdit) {
    setEdit(next)
    if (Object.keys(next).length > 0) unsaved.set(owner, next)
    else unsaved.delete(owner)
  }

  function refuse(fields: readonly string[]): boolean {
    setTried(fields)
    setProblem(words.badCount(fields.length))
    setState('still')
    return false
  }

  async function save() {
    const wrong = wrongFields(change)
    if (wrong.length > 0) return refuse(wrong)
    setState('saving')
    const answer = await api.settings.changeSettings(chat, change)
    if (answer.kind === 'bad-field') return refuse([answer.field])
    put(answer)
    setTried([])
    setProblem(problemOf(answer))
    setState(answer.kind === 'answered' ? 'saved' : 'still')
    if (answer.kind === 'answered') keep({})
    return answer.kind === 'answered'
  }

  return {
    settings: saved && { ...saved, ...edit },
    isDirty,
    state,
    problem: problem ?? (saved ? undefined : problemOf(result)),
    wrong: (field) => (tried.includes(field) ? sentenceOf(field) : undefined),
    edit(more) {
      // What is being put right is not called wrong any more.
      const stillWrong = wrongFields(more)
      setTried(tried.filter((field) => !((field.split('.')[0] ?? '') in more) || stillWrong.includes(field)))
      setProblem(undefined)
      setState('still')
      keep({ ...edit, ...more })
    },
    save,
    discard() {
      keep({})
      setTried([])
      setProblem(undefined)
      setState('still')
    },
  }
}
