import type { ServerConfig } from '../config.ts'
import { localUrl } from '../listen.ts'
import { askUrl } from './ask-url.ts'
import { type Finding, ok, skipped, wrong } from './finding.ts'

/** Whether what listens at the port is this installation's server. */
export async function checkServer(
  { host, port }: ServerConfig,
  installation: string | undefined,
): Promise<{ readonly finding: Finding; readonly isRunning: boolean }> {
  const url = localUrl(host, port)
  const no = (finding: Finding) => ({ finding, isRunning: false })
  if (port === 0) return no(skipped('server', 'PORT is 0: the server takes any free port.'))
  const health = await askUrl(`${url}/healthz`)
  if (health.kind === 'unreachable')
    return no(
      health.code === 'ECONNREFUSED'
        ? wrong(
            'server',
            `The server does not run: nothing listens at ${url}.`,
            'Start it, and read the end of its log.',
          )
        : wrong(
            'server',
            `What listens at ${url} does not answer (${health.message}).`,
            'Stop it, or set PORT to another number.',
          ),
    )
  const theirs = health.body['installation']
  if (typeof theirs !== 'string')
    return no(
      wrong(
        'server',
        `Another program listens at ${url}.`,
        'Stop it, or set PORT to another number, also at the proxy.',
      ),
    )
  if (installation !== undefined && theirs !== installation)
    return no(
      wrong(
        'server',
        `The Helvino at ${url} is another installation, with other data.`,
        'Run this with the settings of that server, or stop it.',
      ),
    )
  const ready = await askUrl(`${url}/readyz`)
  if (ready.kind === 'answered' && ready.status === 200)
    return { finding: ok('server', `The server at ${url} is ready.`), isRunning: true }
  return {
    finding: wrong(
      'server',
      `The server at ${url} runs and is not ready: it stops, or cannot write to its database.`,
      'Look at the other findings, and at its log.',
    ),
    isRunning: true,
  }
}
