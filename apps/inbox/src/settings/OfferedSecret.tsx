import type { Clock } from '@helvino/runtime'
import { Button, Text, Title } from '@mantine/core'
import { encode } from 'uqr'
import { accountWords as words } from '../words/account-en.ts'
import { Copied } from './Copied.tsx'

export interface OfferedSecretProps {
  /** `otpauth://…` */
  readonly uri: string
  readonly clock: Clock
}

/** The address as a picture that a phone reads, and its secret for who types. */
export function OfferedSecret({ uri, clock }: OfferedSecretProps) {
  const secret = new URL(uri).searchParams.get('secret') ?? ''
  return (
    <>
      <Text size="sm">{words.scan}</Text>
      <Picture text={uri} />
      <Text size="sm">{words.byHand}</Text>
      <Copied name={words.secret} text={secret.replaceAll(/(.{4})(?=.)/g, '$1 ')} clock={clock} />
    </>
  )
}

/** A QR code (ISO/IEC 18004), black on white on every system: some phones read no other. */
function Picture({ text }: { readonly text: string }) {
  // Four modules of quiet around it, as the standard asks.
  const { data, size } = encode(text, { border: 4 })
  const path = data
    .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${String(x)} ${String(y)}h1v1h-1z` : '')))
    .join('')
  return (
    <svg className="qr" viewBox={`0 0 ${String(size)} ${String(size)}`} role="img" aria-label={words.picture}>
      <path d={path} />
    </svg>
  )
}

export interface BackupCodesProps {
  readonly codes: readonly string[]
  readonly clock: Clock
  readonly onKept: () => void
}

/** For when the phone is lost; seen this once. */
export function BackupCodes({ codes, clock, onKept }: BackupCodesProps) {
  return (
    <>
      <Title order={4} size="h6">
        {words.backup}
      </Title>
      <Text size="sm" role="status">
        {words.backupNote}
      </Text>
      <div className="backup-codes">
        <Copied name={words.backup} text={codes.join('\n')} clock={clock} />
      </div>
      <div>
        <Button size="xs" onClick={onKept}>
          {words.backupKept}
        </Button>
      </div>
    </>
  )
}
