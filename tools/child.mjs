import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * The environment of everything started here: `node` on its PATH is the chosen one, whatever the host has.
 * @param {string} node path of the binary
 */
export function environmentFor(node) {
  return { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}` }
}

/**
 * Passes the signals that end a program on to `child`. An interrupt typed at a terminal reaches the whole group by itself.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => void} stops passing them on
 */
function forwardSignals(child) {
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT']
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  for (const signal of signals) process.on(signal, forward)
  return () => {
    for (const signal of signals) process.off(signal, forward)
  }
}

/** @param {number | null} code @param {NodeJS.Signals | null} signal */
function exitCodeOf(code, signal) {
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal]
}

/**
 * Runs a program to its end and keeps what it printed. Never rejects: a program that cannot be started is `code` 127.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cwd
 * @returns {Promise<{ code: number, output: string }>}
 */
export function runQuietly(command, args, env, cwd = root) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const stopForwarding = forwardSignals(child)
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text))
    child.on('error', (error) => {
      stopForwarding()
      resolve({ code: 127, output: `${output}${error.message}\n` })
    })
    child.on('close', (code, signal) => {
      stopForwarding()
      resolve({ code: exitCodeOf(code, signal), output })
    })
  })
}

/**
 * Becomes the program where Node can (same process, no parent left over); elsewhere starts it, passes signals and its
 * exit code through, and takes it along: the child holds one end of a pipe and stops when this process is gone.
 * @param {string} node path of the binary
 * @param {readonly string[]} args
 */
export async function become(node, args) {
  process.chdir(root)
  const env = environmentFor(node)
  if (node === process.execPath && typeof process.execve === 'function') {
    // The call is stable enough to be offered but warns; the warning would stand in the program's own output.
    process.removeAllListeners('warning')
    process.execve(node, [node, ...args], env)
  }
  const lifeline = fileURLToPath(new URL('lifeline.mjs', import.meta.url))
  const child = spawn(node, ['--import', lifeline, ...args], { env, stdio: ['inherit', 'inherit', 'inherit', 'pipe'] })
  forwardSignals(child)
  process.exitCode = await new Promise((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`${error.message}\n`)
      resolve(127)
    })
    child.on('exit', (code, signal) => {
      resolve(exitCodeOf(code, signal))
    })
  })
}
