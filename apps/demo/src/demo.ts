import { fillBasket } from './basket.ts'
import { installFaults } from './faults.ts'
import { Ledger } from './ledger.ts'
import { drawPanel } from './panel.ts'

const ledger = new Ledger()
const panel = { say: (_line: string) => {}, draw: () => {} }

// First of all: whoever asks for the network or the time after this gets what the page's buttons say.
const faults = installFaults(window, {
  onCall(_method, path) {
    ledger.noteCall(path)
    panel.draw()
  },
  onAnswer(call) {
    const line = ledger.noteAnswer(call, faults.nowMs())
    if (line !== undefined) panel.say(line)
    panel.draw()
  },
  onSocket(isOpen) {
    if (!isOpen) ledger.noteLineLost()
    panel.say(isOpen ? 'Live connection open' : 'Live connection lost')
    panel.draw()
  },
})

addEventListener('DOMContentLoaded', () => {
  fillBasket(document)
  Object.assign(panel, drawPanel(window, ledger, faults))
})
