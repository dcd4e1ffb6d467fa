/** The twelve statements of rightsstatements.org: the code in their URLs, and their names. */
const STATEMENTS: Readonly<Record<string, string>> = {
  InC: 'In Copyright',
  'InC-OW-EU': 'In Copyright - EU Orphan Work',
  'InC-EDU': 'In Copyright - Educational Use Permitted',
  'InC-NC': 'In Copyright - Non-Commercial Use Permitted',
  'InC-RUU': 'In Copyright - Rights-holder(s) Unlocatable or Unidentifiable',
  'NoC-CR': 'No Copyright - Contractual Restrictions',
  'NoC-NC': 'No Copyright - Non-Commercial Use Only',
  'NoC-OKLR': 'No Copyright - Other Known Legal Restrictions',
  'NoC-US': 'No Copyright - United States',
  CNE: 'Copyright Not Evaluated',
  UND: 'Copyright Undetermined',
  NKC: 'No Known Copyright',
}

const BY_CODE: ReadonlyMap<string, readonly [code: string, name: string]> = new Map(
  Object.entries(STATEMENTS).map(([code, name]) => [code.toLowerCase(), [code, name]]),
)

/** @param code - in any case. @returns the code as it stands in the URL, and the statement's name. */
export function findRightsStatement(code: string): readonly [code: string, name: string] | undefined {
  return BY_CODE.get(code.toLowerCase())
}
