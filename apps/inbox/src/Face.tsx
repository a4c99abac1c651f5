import { initialsOf } from './listing.ts'

interface FaceProps {
  /** What the letters are taken from; a visitor who is not known by name has a figure instead. */
  readonly name: string | undefined
  /** Decides the colour: the same for the same person. */
  readonly seed: string
}

const tones = 8

const toneOf = (seed: string): number =>
  [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9_973, 7) % tones

/** A round mark that tells people apart at a glance. Whoever reads the page hears the name beside it. */
export function Face({ name, seed }: FaceProps) {
  return (
    <span className="face" data-tone={toneOf(seed)} aria-hidden="true">
      {name === undefined ? (
        <svg viewBox="0 0 24 24" width="20" height="20">
          <path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0z" fill="currentColor" />
        </svg>
      ) : (
        initialsOf(name)
      )}
    </span>
  )
}
