import type { LanguageText } from '../../model/bundle.ts'
import { isBundleId } from '../../model/bundle-id.ts'
import { joinWords, latinWords } from './slug.ts'

/** Bytes of a claim's name; the network takes 255 (facts of lbcd), people and URLs like less. */
export const MAX_CLAIM_NAME = 60
/** For titles without any letter or number. It says nothing of the content on purpose. */
const NO_WORDS = 'record'

/**
 * The name of a bundle's claim: its title in Latin letters as far as that fits, `-`, and its citation id.
 *
 * The first title that has letters counts. The same title and id always give the same name with this release, and two
 * bundles never have one name, because their ids differ. **A name is for ever, a title is not**: whoever publishes writes
 * the name down before the first attempt (the ledger) and uses that one from then on, also when the title, this function
 * or its tables have changed.
 *
 * @param id - citation id in the form of statements, 11 symbols.
 * @returns `[a-z0-9-]`, at most 60 bytes, no `-` at the ends and no two in a row.
 * @throws {TypeError} when `id` is no citation id: that is a fault of the program.
 * @see docs/spec/claim-v1.md section 2
 */
export function claimName(title: readonly LanguageText[], id: string): string {
  if (!isBundleId(id)) throw new TypeError('a claim is named by a citation id')
  const room = MAX_CLAIM_NAME - id.length - 1
  for (const { language, value } of title) {
    const slug = joinWords(latinWords(value, language), room)
    if (slug !== '') return `${slug}-${id}`
  }
  return `${NO_WORDS}-${id}`
}
