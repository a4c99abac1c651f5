import type { WorldName } from './worlds.ts'

/** Seeds that once found a bug, and a few fixed ones before them. They run first, on each push and before each run of fresh seeds. */
export const corpus: Readonly<Record<WorldName, readonly string[]>> = {
  chat: [
    ...['1', '2', '3', '7', '42'],
    ...['c81', 'c144', 'c178', 'c238', 'c307', 'c446', 'f334', '00787f6b-11', '6c73be08-213'],
    ...['66fb4707-439', 'fccb0b79-152', '30288e00-273', 'y81', 'p16', 'b53f0088-97', 'f519da53-9', 'f519da53-104'],
    ...['q2-467', 'q2-1427', 'd6587cf1-866'],
  ],
  renewal: [
    ...['1', '2', '3', '7', '42'],
    ...['188ba918-5', 'b6dc4251-348', 'b6dc4251-38', 'b6dc4251-124', 'b6dc4251-350', '584077bc-980', '3f47bef7-28'],
    ...['f80f23d9-135', 'f80f23d9-493', 'f80f23d9-851', 'f80f23d9-1697', 'ab2db03e-511', 'c549554c-435'],
    ...['88d3cb0f-1198', 'fe423c3f-303', '5862f04a-1445', 'd0896e88-1104', '2c202ada-1529', '2c202ada-4796'],
    ...['4039946f-2097', '6564e1a5-3831', '6564e1a5-5085'],
  ],
}
