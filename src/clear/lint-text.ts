import { digitRuns, takeWindows } from './digit-groups.ts'
import { emailAddresses } from './email-addresses.ts'
import { distinct, type Finding, type FindingCode, findingInText } from './finding.ts'
import { foldText } from './fold-text.ts'
import { cardNumber, chineseId, kazakhId } from './number-rules.ts'
import { phoneNumber } from './phone-rules.ts'

/** Ids in URLs look like numbers of all kinds. The second form begins where a word does, so the scan is linear. */
const URLS = /(?:https?:\/\/|www\.)[\x21-\x7e]+|(?<![^\s(<"'[])[a-z0-9][a-z0-9.-]{0,100}\.[a-z]{2,10}\/[\x21-\x7e]*/gi
/** URLs that are phone numbers. */
const PHONE_URL =
  /(?:wa\.me\/|whatsapp\.com\/send\/?\?(?:[^\s]{0,100}&)?phone=|t\.me\/\+|tel:)\+?(?:%2B)?(\d{8,15})(?!\d|\w)/gi

/**
 * Finds identity numbers, cards, phones and e-mail addresses in text, in any script of digits and with the usual
 * separators. It errs on the side of finding: what it finds is looked at by a person. Linear in the length of the text.
 *
 * @param where - field or public path, for the findings.
 */
export function lintText(text: string, where: string): Finding[] {
  const folded = foldText(text)
  const matches: [FindingCode, string][] = []
  for (const match of folded.matchAll(PHONE_URL)) matches.push(['PHONE_NUMBER', `+${match[1] ?? ''}`])
  for (const address of emailAddresses(folded)) matches.push(['EMAIL_ADDRESS', address])
  if (/\d/.test(folded)) {
    const urls: string[] = []
    const prose = folded.replace(URLS, (url) => {
      urls.push(url)
      return '\n'
    })
    lintNumbers(prose, matches)
    lintIdsInUrls(urls.join('\n'), matches)
  }
  return distinct(matches.map(([code, match]) => findingInText(code, where, match)))
}

function lintNumbers(text: string, matches: [FindingCode, string][]): void {
  for (const run of digitRuns(text)) {
    takeWindows(run, (window) => {
      const [code, match] = classify(window)
      if (match !== undefined) matches.push([code, match])
      return match !== undefined
    })
  }
}

/** The rules from the surest to the vaguest. */
function classify(window: Parameters<typeof phoneNumber>[0]): [FindingCode, string | undefined] {
  const chinese = chineseId(window)
  if (chinese !== undefined) return ['ID_NUMBER_CN', chinese]
  const card = cardNumber(window)
  if (card !== undefined) return ['CARD_NUMBER', card]
  const kazakh = kazakhId(window)
  return kazakh === undefined ? ['PHONE_NUMBER', phoneNumber(window)] : ['ID_NUMBER_KZ', kazakh]
}

/** Only the 18 digits with region, date and check symbol are so sure that an id of a platform is not taken for one. */
function lintIdsInUrls(urls: string, matches: [FindingCode, string][]): void {
  for (const run of digitRuns(urls)) {
    takeWindows(run, (window) => {
      const match = window.shape.length === 1 ? chineseId(window) : undefined
      if (match !== undefined) matches.push(['ID_NUMBER_CN', match])
      return match !== undefined
    })
  }
}
