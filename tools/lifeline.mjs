import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

// Loaded before the program by child.mjs. Descriptor 3 is a pipe whose other end only the parent holds: when it ends, the
// parent is gone, however it died, and this process stops as if it had been told to. A thread loads this too, and would
// close the pipe for the whole process when it ends.
if (isMainThread) {
  const lifeline = new Socket({ fd: 3, readable: true, writable: false })
  lifeline.on('close', () => process.kill(process.pid, 'SIGTERM'))
  lifeline.resume()
  lifeline.unref()
  // Whoever starts a process of its own with this one's arguments has no such pipe to give it.
  const at = process.execArgv.indexOf(fileURLToPath(import.meta.url))
  if (at > 0) process.execArgv.splice(at - 1, 2)
}
