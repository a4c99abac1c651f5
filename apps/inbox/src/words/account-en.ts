import { limits } from '@helvino/protocol'

/** Every word of the page about one's own login. */
export const accountWords = {
  intro: (email: string): string => `You log in with ${email}.`,
  sessions: 'Where you are logged in',
  unknownBrowser: 'A browser that is not known',
  here: 'here',
  seen: (when: string): string => `Seen ${when}`,
  endOthers: 'Sign out everywhere else',
  endAll: 'Sign out everywhere',
  endAllAsk: 'Sign out on every device, here too? What you have typed stays on this device.',
  ended: 'You are signed out everywhere else.',
  password: 'Password',
  current: 'Your password now',
  next: 'New password',
  nextNote: `${String(limits.passwordLeast)} to ${String(limits.passwordMost)} characters`,
  again: 'New password again',
  change: 'Change password',
  changed: 'Your password is changed, and you are signed out everywhere else.',
  different: 'The two passwords are not the same.',
  badLength: `A password has ${String(limits.passwordLeast)} to ${String(limits.passwordMost)} characters.`,
  wrong: 'That is not your password.',
  tooMany: 'Too many tries. Wait a minute, then try again.',
  visitors: 'Sign visitors out',
  visitorsNote:
    'Every token that visitors hold stops counting now. Their pages get new ones by themselves, and no conversation is lost.',
  visitorsEnd: 'Sign every visitor out',
  visitorsEnded: 'Every visitor’s token has ended.',
  signOut: 'Sign out',
  signOutNamed: (name: string): string => `Sign out ${name} everywhere`,
  signedOut: 'Signed out',
} as const
