import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './child.mjs'

/** A file of the repository: its path with forward slashes, and its text. */
export interface SourceFile {
  path: string
  text: string
}

/** Every text file that git has or would take; built, installed and ignored things are not in it. */
export function repositoryFiles(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root })
  return listed
    .toString()
    .split('\0')
    .filter((path) => path !== '')
    .flatMap((path) => readText(path))
}

function readText(path: string): SourceFile[] {
  try {
    const text = readFileSync(join(root, path), 'utf8')
    return text.includes('\0') ? [] : [{ path, text }]
  } catch (error) {
    // Removed but not committed yet, or a link to a folder: nothing to read either way.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR')) return []
    throw error
  }
}

export const isCode = (path: string) => /\.(ts|tsx|mjs|js)$/.test(path)
export const isTest = (path: string) => /\.test\.tsx?$|(^|\/)tests\/|\/contract-suite\.ts$/.test(path)
