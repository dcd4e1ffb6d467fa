/** Digits that stand together, and what stands directly around them. */
export interface DigitGroup {
  readonly digits: string
  /** True where a `+` stands directly before the first digit, or before its opening bracket. */
  readonly plus: boolean
  /** True where an ASCII letter or `_` touches the group: ids and hashes look like that. */
  readonly inWord: boolean
  /** The check letter of a Chinese identity number behind 17 digits. */
  readonly endsInX: boolean
}

/** Groups with nothing but a few separators between them, such as `8 (701) 123-45-67`. */
export type DigitRun = readonly DigitGroup[]

/** What may stand between two groups of one run; the opening bracket and the plus belong to the group behind them. */
const GAP = /^[ .()-]{0,3}$/
const GROUP = /(\+?)\(?(\d+)/g
/** Latin words that people write directly before a number. */
const LABEL = /(?:^|[^a-z0-9_])(?:iin|id|no|tel|phone|mob|whatsapp|wa|card|jsn|zhsn|tc|ssn)$/i
/** The longest label and the character before it. */
const LABEL_LENGTH = 9
/** No phone is shorter, and no card longer; other digit strings are something else. */
const MIN_DIGITS = 8
const MAX_DIGITS = 19
/** People write a number in fewer groups. */
const MAX_GROUPS = 8

/** Splits folded text into runs of digit groups. A run ends at `:`, `,`, `/`, a letter or a line end. */
export function digitRuns(text: string): DigitRun[] {
  const runs: DigitRun[] = []
  let run: DigitGroup[] = []
  let lastEnd = -1
  // Group by group: one expression for a whole run would need a stack as deep as the longest run.
  for (const match of text.matchAll(GROUP)) {
    const joined = match.index - lastEnd <= 3 && GAP.test(text.slice(lastEnd, match.index))
    if (!joined && run.length > 0) {
      runs.push(joinSpelled(run))
      run = []
    }
    lastEnd = match.index + match[0].length
    run.push(groupAt(text, match.index, match[0].length, match[1] === '+', match[2] ?? ''))
  }
  if (run.length > 0) runs.push(joinSpelled(run))
  return runs
}

/** Makes one group of a number that was spelled digit by digit, `6 5 0 1 …`; a longer row of digits is somebody counting. */
function joinSpelled(run: readonly DigitGroup[]): DigitRun {
  const [first] = run
  const last = run.at(-1)
  if (!first || !last || run.length < MIN_DIGITS || run.length > MAX_DIGITS) return run
  if (run.some((group) => group.digits.length !== 1)) return run
  return [
    {
      ...first,
      digits: run.map((group) => group.digits).join(''),
      endsInX: last.endsInX,
      inWord: first.inWord || last.inWord,
    },
  ]
}

function groupAt(text: string, start: number, length: number, plus: boolean, digits: string): DigitGroup {
  const next = text.charAt(start + length)
  const endsInX = (next === 'X' || next === 'x') && !/[0-9A-Za-z_]/.test(text.charAt(start + length + 1))
  return { digits, plus, inWord: isWordLetter(next) || touchesWord(text, start), endsInX }
}

function isWordLetter(character: string): boolean {
  return /[A-Za-z_]/.test(character)
}

function touchesWord(text: string, start: number): boolean {
  return isWordLetter(text.charAt(start - 1)) && !LABEL.test(text.slice(Math.max(0, start - LABEL_LENGTH), start))
}

/** Neighbouring groups read as one number. */
export interface DigitWindow {
  readonly digits: string
  /** Lengths of the groups, in order. */
  readonly shape: readonly number[]
  readonly plus: boolean
  readonly inWord: boolean
  readonly endsInX: boolean
}

/**
 * Goes through the windows of a run, from each group the longest first; where `take` accepts one, goes on behind it. At
 * most eight windows a group, so the work stays linear.
 */
export function takeWindows(run: DigitRun, take: (window: DigitWindow) => boolean): void {
  let start = 0
  while (start < run.length) start += takenFrom(run, start, take) || 1
}

function takenFrom(run: DigitRun, start: number, take: (window: DigitWindow) => boolean): number {
  let digits = ''
  let end = start
  for (; end < run.length && end - start < MAX_GROUPS; end++) {
    const group = run[end]
    // A second `+` begins another number.
    if (!group || digits.length + group.digits.length > MAX_DIGITS || (end > start && group.plus)) break
    digits += group.digits
  }
  for (; end > start && digits.length >= MIN_DIGITS; end--) {
    if (take(windowOf(run.slice(start, end), digits))) return end - start
    digits = digits.slice(0, digits.length - (run[end - 1]?.digits.length ?? 0))
  }
  return 0
}

function windowOf(groups: DigitRun, digits: string): DigitWindow {
  return {
    digits,
    shape: groups.map((group) => group.digits.length),
    plus: groups[0]?.plus === true,
    inWord: groups.some((group) => group.inWord),
    endsInX: groups.at(-1)?.endsInX === true,
  }
}
