/** For the verdict on a file that {@link isOtherTable}. */
export const OTHER_TABLE = 'a spreadsheet of this kind is not read: save it as .xlsx, or as CSV (UTF-8)'

/** True for names of spreadsheets that other programs write, and that would be passed over without a word. */
export function isOtherTable(name: string): boolean {
  return /\.(xls|xlsb|xlt|ods|fods|numbers|gsheet)$/i.test(name)
}
