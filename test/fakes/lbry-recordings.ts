import { readFile } from 'node:fs/promises'

/** One exchange with the real lbrynet 0.113.0. Paths are shortened, tracebacks cut to their first line. */
export interface Recording {
  readonly request: {
    readonly method: string
    readonly params: Readonly<Record<string, unknown>>
  }
  readonly http: number
  readonly response: {
    readonly jsonrpc: '2.0'
    readonly result?: unknown
    readonly error?: {
      readonly code: number
      readonly message: string
      readonly data: { readonly name?: string }
    }
  }
}

const FILE = new URL('../vectors/lbrynet/lbrynet-0.113.0-transcripts.jsonl', import.meta.url)

/** All of them, in the order in which they were made. */
export async function readRecordings(): Promise<readonly Recording[]> {
  const lines = (await readFile(FILE, 'utf8')).trimEnd().split('\n')
  // Written by us and frozen: the tests that read it would fail on anything else.
  return lines.map((line) => JSON.parse(line) as Recording)
}
