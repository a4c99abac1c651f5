/** @jsxImportSource preact */
import { Component } from 'preact'
import { type ConnectionStatus, watchConnectionStatus } from './connection-status.ts'
import type { ConversationProps } from './view.ts'
import { wordsOf } from './view-words.ts'
import { bannerMarks } from './words/en.ts'

type BannerProps = Pick<ConversationProps, 'api' | 'clock' | 'errorClearMs' | 'words'>

interface BannerState {
  readonly status: ConnectionStatus
}

/** Says that a write waits for a token, or that sending has just begun to fail. */
export class Banner extends Component<BannerProps, BannerState> {
  override state: BannerState = { status: null }
  #stop: (() => void) | undefined

  override componentDidMount() {
    const { api, clock, errorClearMs } = this.props
    this.#stop = watchConnectionStatus({
      clock,
      errorClearMs,
      subscribe(listener) {
        // What has begun before the view was there is shown from here on.
        clock.startTimer(0, () => listener(api.client.state.delivery))
        return api.client.subscribe(({ delivery }) => listener(delivery))
      },
      onStatus: (status) => this.setState({ status }),
    })
  }

  override componentWillUnmount() {
    this.#stop?.()
  }

  override render({ words: panelWords }: BannerProps, { status }: BannerState) {
    const words = wordsOf(panelWords)
    return (
      <div role="status">
        {status && (
          <div class={`connection-status ${status}`}>
            {bannerMarks[status]} {status === 'refreshing' ? words.connecting : words.connectionIssue}
          </div>
        )}
      </div>
    )
  }
}
