export {
  type AgentAccount,
  type AgentLogin,
  decodeAgentAccount,
  decodeTwoFactorOffer,
  type TwoFactorOffer,
} from './account.ts'
export {
  type ConversationCounts,
  type ConversationPage,
  type ConversationView,
  decodeConversationCounts,
  decodeConversationPage,
  isConversationView,
} from './agent-list.ts'
export {
  type AuditAction,
  type AuditChange,
  type AuditEntry,
  type AuditPage,
  decodeAuditChanges,
  decodeAuditPage,
} from './audit.ts'
export { type BootloaderAnswer, decodeBootloader, type UsedBootloaderAnswer, type UsedConfig } from './bootloader.ts'
export type { Brand } from './brand.ts'
export { closeCodes, type CloseCode } from './close-codes.ts'
export {
  type AgentConversation,
  type Conversation,
  type ConversationStatus,
  decodeAgentConversation,
  decodeConversation,
  decodeConversationList,
} from './conversation.ts'
export {
  type ClientFrame,
  decodeClientFrame,
  decodeServerFrame,
  encodeClientFrame,
  type ResumeAnswer,
  type ResumePoint,
  type ServerFrame,
} from './frames.ts'
export { headers } from './headers.ts'
export {
  type ClientMessageId,
  type ConversationId,
  decodeClientMessageId,
  decodeConversationId,
  decodeMessageId,
  decodeSequence,
  decodeVisitorId,
  type MessageId,
  type OrgId,
  type PublicVisitorId,
  type Sequence,
  sequenceZero,
  type VisitorId,
} from './ids.ts'
export { decodeInstallation, type Installation, type SeenOrigin } from './installation.ts'
export { limits } from './limits.ts'
export {
  decodeBatchAnswer,
  decodeMessage,
  decodeMessagePage,
  decodePostedMessage,
  type Message,
  type MessagePage,
  type MessageRole,
  type PostedMessage,
} from './message.ts'
export {
  decodeOrgSettings,
  decodeSettingsChange,
  isLanguageTag,
  type OrgSettings,
  settingsLimits,
} from './org-settings.ts'
export { decodeGoneFrame } from './gone.ts'
export { decodeNote, decodeNoteFrame, decodeNotes, type Note } from './note.ts'
export { protocolNumber } from './protocol-number.ts'
export { openLimits, type Rate, rateLimits } from './rate-limits.ts'
export { asRecord, asString, decodeList, jsonText, parseJson } from './record.ts'
export { isTokenRefusal, type RefusalBody, type RefusalCode, refusals } from './refusal.ts'
export { decodeReplies, decodeReply, isShortcut, type SavedReply } from './reply.ts'
export {
  type CauseFigures,
  decodeSessionHealth,
  type HealthBin,
  type HealthFigures,
  type SessionHealth,
} from './session-health.ts'
export { decodeTyping, type TypingFrame, typingLimits } from './typing.ts'
export {
  type AgentRole,
  agentRoles,
  decodeAgentRole,
  isAtLeast,
  decodeInvitationOffer,
  decodeNewInvitation,
  decodeTeam,
  type InvitationOffer,
  invitationTokenHeader,
  type NewInvitation,
  type OpenInvitation,
  type Team,
} from './team.ts'
export {
  decodeTelemetryReport,
  type RenewalOutcome,
  renewalCauses,
  renewalOutcomes,
  type ReportedCause,
  type ReportedRenewal,
  type TelemetryReport,
} from './telemetry.ts'
export {
  decodeKeptProfile,
  decodeVisitorAnswer,
  decodeVisitorFrame,
  type VisitorAnswer,
  type VisitorChange,
  visitorLimits,
  type VisitorPage,
  type VisitorProfile,
} from './visitor.ts'
export {
  type Availability,
  decodeWidgetLook,
  defaultWidgetConfig,
  type OfficeHours,
  type OpenHours,
  type PublicWidgetConfig,
  weekdays,
  type WidgetConfig,
} from './widget-config.ts'
