import type { IntakeErrorCode } from '../../errors.ts'
import type { Found, RowFinding } from '../../layout.ts'

/** What a finding is about. */
export interface Place {
  /** Absolute path of the spreadsheet. */
  readonly path: string
  readonly sheet?: string | undefined
  readonly row?: number
}

/** A row or sheet that could not be used (`failed`), or a value in it (`warning`). */
export function finding(
  { path, sheet, row }: Place,
  outcome: 'failed' | 'warning',
  code: IntakeErrorCode,
  reason: string,
  more: { readonly hint: string; readonly given?: string; readonly candidates?: readonly string[] },
): Found {
  return { type: 'row', row: { ...placeOf({ path, sheet, row: row }), outcome, code, reason, ...more } }
}

/** A row or sheet that is no concern of ours, for the reason said. */
export function passedOver({ path, sheet, row }: Place, reason: string): Found {
  return { type: 'row', row: { ...placeOf({ path, sheet, row: row }), outcome: 'ignored', reason } }
}

function placeOf({
  path,
  sheet,
  row,
}: {
  path: string
  sheet: string | undefined
  row: number | undefined
}): Pick<RowFinding, 'path' | 'sheet' | 'row'> {
  return { path, ...(sheet === undefined ? {} : { sheet }), ...(row === undefined ? {} : { row }) }
}
