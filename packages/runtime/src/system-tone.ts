const quiet = 0.04
const lastsSeconds = 0.35

/** A short, quiet tone. Silent where the browser wants none: before somebody has touched the page, or without a sound card. Never throws. */
export function browserTone(): void {
  // Also missing where the browser knows no such thing: there a context that may not sound stays silent by itself.
  if ((navigator as Partial<Navigator>).userActivation?.hasBeenActive === false) return
  try {
    const context = new AudioContext()
    const tone = context.createOscillator()
    const volume = context.createGain()
    const { currentTime } = context
    tone.frequency.setValueAtTime(660, currentTime)
    tone.frequency.setValueAtTime(880, currentTime + lastsSeconds / 3)
    volume.gain.setValueAtTime(quiet, currentTime)
    volume.gain.exponentialRampToValueAtTime(quiet / 100, currentTime + lastsSeconds)
    tone.connect(volume).connect(context.destination)
    tone.onended = () => {
      context.close().catch(() => undefined)
    }
    tone.start()
    tone.stop(currentTime + lastsSeconds)
  } catch {
    // No sound is no reason for a word in somebody's console.
  }
}
