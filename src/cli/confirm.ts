import { createInterface } from 'node:readline/promises'

/** Asks on the terminal; only `y` and `yes` mean yes. */
export async function confirmOnTerminal(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question(`${question} [y/N] `)
    return /^y(es)?$/iu.test(answer.trim())
  } finally {
    terminal.close()
  }
}
