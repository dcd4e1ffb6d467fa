import { languageTag } from '../../../model/language.ts'

/**
 * Names of languages in themselves and in English, Russian, Kazakh, Chinese, Turkish and Uyghur. Written out rather than asked of
 * the system's library, whose names change from release to release: the same cell must be the same tag everywhere.
 */
const NAMES: Readonly<Record<string, string>> = {
  kk: 'kazakh|казахский|қазақ|қазақша|哈萨克语|哈薩克語|哈语|kazakça|قازاقچە|قازاق|kaz|kk',
  ug: 'uyghur|uighur|uygur|уйгурский|ұйғыр|ұйғырша|维吾尔语|維吾爾語|维语|uygurca|ئۇيغۇرچە|ئۇيغۇر|uig|ug',
  ky: 'kyrgyz|kirghiz|киргизский|кыргызский|қырғыз|қырғызша|кыргызча|柯尔克孜语|吉尔吉斯语|kırgızca|قىرغىزچە|kir|ky',
  uz: 'uzbek|узбекский|өзбек|өзбекше|乌兹别克语|özbekçe|ئۆزبېكچە|oʻzbekcha|uzb|uz',
  ru: 'russian|русский|орыс|орысша|俄语|俄文|俄語|rusça|رۇسچە|rus|ru',
  en: 'english|английский|ағылшын|ағылшынша|英语|英文|英語|ingilizce|ئىنگلىزچە|eng|en',
  zh: 'chinese|китайский|қытай|қытайша|中文|汉语|漢語|çince|خەنزۇچە|zho|chi|zh',
  cmn: 'mandarin|普通话|國語|国语|путунхуа',
  yue: 'cantonese|粤语|粵語|кантонский',
  tr: 'turkish|турецкий|түрік|түрікше|土耳其语|土耳其語|türkçe|تۈركچە|tur|tr',
  ar: 'arabic|арабский|араб|арабша|阿拉伯语|arapça|العربية|عربي|ara|ar',
  de: 'german|немецкий|неміс|немісше|德语|almanca|deutsch|deu|ger|de',
  fr: 'french|французский|француз|французша|法语|fransızca|français|fra|fre|fr',
  es: 'spanish|испанский|испан|испанша|西班牙语|ispanyolca|español|spa|es',
  ja: 'japanese|японский|жапон|жапонша|日语|日文|日本語|japonca|jpn|ja',
  mn: 'mongolian|монгольский|моңғол|моңғолша|蒙古语|蒙语|moğolca|mon|mn',
  bo: 'tibetan|тибетский|тибет|藏语|tibetçe|bod|bo',
  tt: 'tatar|татарский|татар|татарша|塔塔尔语|tatarca|tat|tt',
  tg: 'tajik|таджикский|тәжік|тәжікше|塔吉克语|tacikçe|tgk|tg',
  az: 'azerbaijani|азербайджанский|әзербайжан|阿塞拜疆语|azerice|aze|az',
  fa: 'persian|farsi|персидский|фарси|парсы|波斯语|farsça|fas|fa',
  uk: 'ukrainian|украинский|украин|乌克兰语|ukraynaca|українська|ukr|uk',
}

const TAG_OF_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([tag, names]) => names.split('|').map((name): [string, string] => [name, tag])),
)
/** Words for "language" and "in" around a name. */
const AROUND = /(^(на|in|на яз\.?)\s+)|(\s*(язык(е|и)?|яз\.?|language|тілі(нде)?|тіл|dili|تىلى)$)/giu

export interface ReadLanguages {
  /** Sorted, each once. */
  readonly tags: readonly string[]
  readonly unknown: readonly string[]
}

/** Reads what stands in a column of languages: names or BCP 47 tags, several of them. */
export function readLanguages(text: string): ReadLanguages {
  const tags = new Set<string>()
  const unknown: string[] = []
  for (const part of text.normalize('NFKC').split(/[,;/|+&\n、،]|\s(?:и|and|және|ve|和)\s/u)) {
    const word = part.trim()
    if (word === '') continue
    const tag = tagOf(word)
    if (tag === undefined) unknown.push(word)
    else tags.add(tag)
  }
  return { tags: [...tags].sort(), unknown }
}

function tagOf(word: string): string | undefined {
  const plain = word
    .toLowerCase()
    .replaceAll('i̇', 'i')
    .replace(/\s*\([^()]*\)$/u, '')
    .trim()
  const named = TAG_OF_NAME.get(plain) ?? TAG_OF_NAME.get(plain.replace(AROUND, '').trim())
  if (named !== undefined) return named
  // Three letters alone may be any word ("yes"), so only tags of two letters, or with a script or region, are taken at their word.
  return /^[a-z]{2}$|^[a-z]{2,3}[-_][a-z0-9_-]+$/i.test(word) ? languageTag(word) : undefined
}
