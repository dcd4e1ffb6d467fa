import { createInterface } from 'node:readline'

/**
 * Asks on the terminal; only `y` and `yes` mean yes. Ctrl-C and the end of input are a no: while a line is read, the
 * terminal does not turn Ctrl-C into a signal.
 */
export async function confirmOnTerminal(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await new Promise<string>((resolve) => {
      terminal.once('SIGINT', () => resolve(''))
      terminal.once('close', () => resolve(''))
      terminal.question(`${question} [y/N] `, resolve)
    })
    return /^y(es)?$/iu.test(answer.trim())
  } finally {
    terminal.close()
  }
}
