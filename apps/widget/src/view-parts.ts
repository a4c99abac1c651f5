/** The view's chunk. Preact is not in it: the build hands it what the panel carries, as `createView`'s argument. */
export { Conversation } from './Conversation.tsx'
export { headline } from './headline.ts'
export { default as css } from './View.css'
export { noticeOf, wordsOf } from './view-words.ts'
