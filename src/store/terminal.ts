import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'

/** A person at a keyboard. */
export interface Terminal {
  /**
   * Asks for a line without showing what is typed.
   *
   * @returns undefined at the end of the input (Ctrl-D).
   * @throws {DOMException} `AbortError` on Ctrl-C.
   */
  askSecret(question: string): Promise<string | undefined>
}

/** The parts of `process.stdin` and `process.stderr` that are needed. */
export type TerminalInput = NodeJS.ReadableStream & { readonly isTTY?: boolean }
export type TerminalOutput = Pick<NodeJS.WritableStream, 'write'> & { readonly isTTY?: boolean }

/** Undefined unless a person can both read the question and type the answer: under cron nothing may wait for ever. */
export function openTerminal(input: TerminalInput, output: TerminalOutput): Terminal | undefined {
  if (input.isTTY !== true || output.isTTY !== true) return undefined
  return { askSecret: (question) => askSecret(input, output, question) }
}

async function askSecret(input: TerminalInput, output: TerminalOutput, question: string): Promise<string | undefined> {
  output.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  // As a terminal, so that the system's own echo is off and Backspace works; its echo goes nowhere.
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 })
  try {
    return await new Promise((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(undefined))
      lines.once('SIGINT', () => reject(new DOMException('interrupted at the passphrase', 'AbortError')))
    })
  } finally {
    lines.close()
    output.write('\n')
  }
}
