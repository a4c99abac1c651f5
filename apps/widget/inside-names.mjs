/**
 * Property names that are shortened in what is built: nobody outside of one file ever sees them. Never one that another build of the loader, the
 * panel or the telemetry meets, nor one of the wire, of what is kept in the browser or told between tabs, of the page's settings or of the
 * browser itself: `npm run check -- mangling` refuses those. First Preact's own, half of which nobody here uses.
 */
export const insideNames = [
  'getDerivedStateFromProps getDerivedStateFromError getSnapshotBeforeUpdate getChildContext shouldComponentUpdate',
  'componentWillReceiveProps componentWillUpdate componentWillMount componentWillUnmount componentDidMount',
  'componentDidUpdate componentDidCatch debounceRendering setState props vnode diffed unmount',
  'isTokenExpiredOrExpiring ensureValidToken withToken validToken reportRefused refreshOrgToken retryAfterMs',
  'createConversation initConversation openConversation listConversations listMessages sendMessage handleSend',
  'conversationsPath tokenHeader currentId isListed isWaitingForToken isFailing unsequenced addUnsequenced',
  'resumePoints nextAfter fetchPage refreshList isInUse isAnswerAwaited onAwake onAtRest noteMessage setEngaged',
  'isHurried endWaitAt lastTryAtMs blockedUntilMs mostAtOnce laneOf onAttempt onAccepted onWaiting onGone onKept',
  'onNews countWaiting hearAttempt hearRenewal isPending postMessages blueUntilAtMs redFromAtMs isBlueHeld',
  'decodeConversation decodeNote outbox outboxName maxEntries isNew network channels initial snapshot discard',
  'hurry attemptWithinMs waitWithinMs maxWaiting headJoinedAtMs settleAll endClaim catchUp configure onStatus',
  'onChange isLive writesOff outboxFull connecting contextType forceUpdate tellLoadFailed onApproach onToggle',
  'setBusy setOpen setColor runtime renewer connection threads isVisible isOnline holdIfFree openSocket onText',
  'onOpen identity fetchToken connectionStatus connectionIssue otherReason isHistoryShown canWrite onDiscard',
  'onRetry holdBackMs isSequenced isAwake onFrame life heads deliver onState onPage onSend compose notice settle',
  'isRepeatable refetch addPage doubt withinMs onAnnounce announce onHeard loadConnect onAsk onFailure noteAsked',
  'timeline client words entry items item chat reasons unsaved tooLong maxLength answer issued tabs sync wake rest',
  'mark look retry api decodeMore setThread noteTyping isAnswered shown dispose heldMs noteFirst isFresh draft',
  'hearOf newsPoint readDraft keepDraft onWrite isAnswering isLoadingEarlier onEarlier showEarlier hasEmail onTell',
  'isDayFirst isSeen addEarlier newMessages openUnread repliesInMinutes repliesInHours repliesInADay emailAsk',
  'emailLabel emailSave emailSaved emailWrong hasNews isFirst isLast',
].flatMap((line) => line.split(' '))
