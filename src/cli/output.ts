/** Where reports end up. */
export interface Output {
  out(text: string): void
  err(text: string): void
  /** Waits until all is written; false, with a line on stderr, when something of stdout could not be. */
  delivered(): Promise<boolean>
}

/**
 * The standard streams. A full disk behind `> run.jsonl` must not stop a publication half way, so it is remembered and told
 * at the end. A reader that goes away (`| head`, `2>&1 | grep -q`) is no fault of ours.
 */
export function openOutput({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Output {
  let fault: string | undefined
  stdout.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') fault ??= code
  })
  // There is nowhere left to say that stderr failed.
  stderr.on('error', () => undefined)
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    async delivered() {
      await new Promise<void>((resolve) => stdout.write('', () => resolve()))
      if (fault === undefined) return true
      stderr.write(
        `holdfast: error: what was done cannot be reported in full: writing to standard output failed with ${fault} (OUTPUT_UNWRITABLE)\n` +
          'holdfast: hint: make room where the output goes, then run the same command again\n',
      )
      return false
    },
  }
}
