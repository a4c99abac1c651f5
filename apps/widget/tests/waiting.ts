import type { ChatPage } from './chat-page.ts'

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export async function until(what: string, isTrue: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  for (const end = performance.now() + withinMs; performance.now() < end; await pause(50)) if (await isTrue()) return
  throw new Error(`${what} did not happen within ${withinMs} ms`)
}

export const isSent = (chat: ChatPage, text: string) =>
  until(`"${text}" sent`, async () => (await chat.shown('sent')).includes(text), 60_000)

/** Waits for a renewal by one of these tabs, and gives that tab. The next one is more than two seconds away: time to close a lid between the two. */
export async function justRenewed<Tab extends ChatPage>(...tabs: readonly [Tab, ...Tab[]]): Promise<Tab> {
  const before = tabs.map(({ bootloaderCalls }) => bootloaderCalls.length)
  const renewed = () =>
    tabs.find(({ bootloaderCalls }, n) => bootloaderCalls[before[n] ?? 0]?.expiresAtMs !== undefined)
  await until('a renewal', () => renewed() !== undefined, 40_000)
  return renewed() ?? tabs[0]
}
