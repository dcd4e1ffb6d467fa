import { isLbryLanguage, lbryLanguages } from '../../lbry-sdk-client/index.ts'

const KNOWN: ReadonlySet<string> = new Set(lbryLanguages())
/** Languages that are counted to one with a two-letter code (ISO 639-3, macrolanguages) and that CLDR does not map. */
const PART_OF: Readonly<Record<string, string>> = {
  ...{ yue: 'zh', wuu: 'zh', nan: 'zh', hak: 'zh', hsn: 'zh', gan: 'zh', cdo: 'zh', lzh: 'zh' },
  ...{ ckb: 'ku', kmr: 'ku', sdh: 'ku', prs: 'fa', pes: 'fa', azb: 'az', uzs: 'uz', pnb: 'pa' },
}
const CHINESE_SCRIPT_BY_REGION: Readonly<Record<string, string>> = {
  ...{ CN: 'Hans', SG: 'Hans', MY: 'Hans', TW: 'Hant', HK: 'Hant', MO: 'Hant' },
}

/**
 * Languages as claims have them: the two-letter code alone, because Odysee's filters compare whole tags; Chinese keeps
 * its script, as in Odysee's own list. What has no two-letter code that LBRY knows is left out.
 *
 * @param tags - BCP 47.
 */
export function claimLanguages(tags: readonly string[]): string[] {
  const mapped = tags.map(claimLanguage).filter((tag) => tag !== undefined)
  return [...new Set(mapped)]
}

function claimLanguage(tag: string): string | undefined {
  const locale = parseLocale(tag)
  if (locale === undefined) return undefined
  const language = PART_OF[locale.language] ?? locale.language
  if (!KNOWN.has(language)) return undefined
  if (language !== 'zh') return language
  const script = locale.script ?? CHINESE_SCRIPT_BY_REGION[locale.region ?? '']
  const chinese = script === 'Hans' || script === 'Hant' ? `zh-${script}` : 'zh'
  return isLbryLanguage(chinese) ? chinese : undefined
}

/** Three-letter and outdated codes become the usual ones (`uig` ug, `iw` he) as CLDR has them. */
function parseLocale(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(Intl.getCanonicalLocales(tag.slice(0, 100))[0] ?? 'und')
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
