import type { Faults } from './faults.ts'
import type { Ledger } from './ledger.ts'

const mostLines = 6
const drawEveryMs = 250

interface Panel {
  /** Adds a line to what happened. */
  say(line: string): void
  draw(): void
}

const clockText = (ms: number): string => {
  const seconds = Math.max(0, Math.ceil(ms / 1_000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

type Mood = 'none' | 'fresh' | 'renewing' | 'trying' | 'out'

const moodTexts: Readonly<Record<Mood, string>> = {
  none: 'No token yet: nothing is asked for before the page is idle.',
  fresh: 'Fresh. It is renewed by itself, well before the end.',
  renewing: 'Being renewed. Nobody waits for it.',
  trying: 'No server in reach. What is written is kept, and sent later.',
  out: 'Run out. The next message asks for a new one, then leaves.',
}

function moodOf(ledger: Ledger, leftMs: number, isOffline: boolean): Mood {
  if (ledger.isRenewing && !isOffline) return 'renewing'
  if (isOffline || ledger.hasFailed) return 'trying'
  if (!ledger.token) return 'none'
  return leftMs > 0 ? 'fresh' : 'out'
}

function find({ document }: Window, name: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-panel="${name}"]`)
  if (!found) throw new Error(`the page has no ${name}`)
  return found
}

/** What the server of this demo can be asked to do, from a page on its own machine. */
async function order(page: Window, path: string): Promise<boolean> {
  const response = await page.fetch(path, { method: 'POST' }).catch(() => undefined)
  return response?.ok === true
}

function wireButtons(page: Window, panel: Panel, ledger: Ledger, faults: Faults): void {
  const expire = find(page, 'expire')
  const offline = find(page, 'offline')
  expire.addEventListener('click', () => {
    faults.skip(ledger.token?.lifeMs ?? 300_000)
    panel.say('The clock of this page jumped past the end of the token, as after a sleep')
    panel.draw()
  })
  offline.addEventListener('click', () => {
    faults.setOffline(!faults.isOffline)
    offline.setAttribute('aria-pressed', String(faults.isOffline))
    offline.textContent = faults.isOffline ? 'Go back online' : 'Go offline'
    panel.say(faults.isOffline ? 'This page is offline' : 'This page is online again')
    panel.draw()
  })
  find(page, 'rotate').addEventListener('click', () => {
    void order(page, '/demo/rotate-key').then((isDone) => {
      panel.say(
        isDone ? 'The signing key is another one; every token of before is refused' : 'The server did not take it',
      )
    })
  })
  find(page, 'drop').addEventListener('click', () => {
    void order(page, '/demo/drop-sockets').then((isDone) => {
      panel.say(isDone ? 'The server dropped every live connection' : 'The server did not take it')
    })
  })
}

function createLog(page: Window): Panel['say'] {
  const log = find(page, 'log')
  return (line) => {
    const item = page.document.createElement('li')
    const time = page.document.createElement('time')
    time.textContent = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format()
    item.append(time, ` ${line}`)
    log.prepend(item)
    while (log.childElementCount > mostLines) log.lastElementChild?.remove()
  }
}

/** Shows what the page has seen cross the wire, a few times a second, and wires the buttons. */
export function drawPanel(page: Window, ledger: Ledger, faults: Faults): Panel {
  const [left, bar, mood] = [find(page, 'left'), page.document.querySelector('progress'), find(page, 'mood')]
  const figures = ['renewals', 'refused', 'written', 'stored', 'linesLost'] as const
  const shown = figures.map((name) => [name, find(page, name)] as const)
  const draw = () => {
    const { token, counts } = ledger
    const leftMs = token ? token.atMs + token.lifeMs - faults.nowMs() : 0
    const now = moodOf(ledger, leftMs, faults.isOffline)
    left.textContent = token ? clockText(leftMs) : '–:––'
    if (bar) bar.value = token ? Math.max(0, leftMs / token.lifeMs) : 0
    mood.dataset['mood'] = now
    if (mood.textContent !== moodTexts[now]) mood.textContent = moodTexts[now]
    for (const [name, place] of shown) place.textContent = String(counts[name])
    find(page, 'waiting').textContent = String(counts.written - counts.stored)
  }
  const panel = { say: createLog(page), draw }
  wireButtons(page, panel, ledger, faults)
  page.setInterval(draw, drawEveryMs)
  draw()
  return panel
}
