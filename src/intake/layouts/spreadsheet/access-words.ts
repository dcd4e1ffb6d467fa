import type { Access } from '../../layout.ts'

/** What people write into a column of that name; anything else is held, and told. */
const PUBLIC = `public|open|published|publish|everyone|anybody
  |публично|публичный|публичное|публичная|открыто|открытый|открытое|открытая|для всех|доступно всем|опубликовано|публиковать
  |ашық|жария|көпшілікке|баршаға
  |公开|公開|发布|對外公開
  |herkese açık|açık|kamuya açık|ئاشكارا|عام`
const HOLD = `hold|held|private|closed|restricted|confidential|secret|unlisted|internal|do not publish|not public|no|unknown
  |закрыто|закрытый|закрытое|закрытая|приватно|приватный|личное|не публиковать|держать|удержать|конфиденциально|по ссылке|внутреннее|нельзя|секретно
  |жабық|құпия|жарияламау|ұстау|жеке
  |不公开|不公開|私密|保密|暂缓|暫緩|内部|非公开
  |gizli|özel|kapalı|beklet|مەخپىي|خاص`
/** For a column that asks whether something may be published. */
const YES = 'yes|y|true|1|ok|да|можно|разрешено|согласен|согласна|иә|ия|болады|рұқсат|是|可以|可|evet|ھەئە|نعم|+'
const NO = 'no|n|false|0|нет|нельзя|не разрешено|жоқ|болмайды|否|不可以|不可|hayır|ياق|لا|-'

const words = (text: string): ReadonlySet<string> => new Set(text.split('|').map((word) => word.trim()))
const SETS = { public: words(PUBLIC), hold: words(HOLD), yes: words(YES), no: words(NO) } as const

export interface ReadAccess {
  readonly value: Access
  /** The word that nobody knows; it holds. */
  readonly unknown?: string
}

/** @param column - `access` holds a word for who may see it, `publish` an answer to whether it may be published. */
export function readAccess(column: 'access' | 'publish', text: string): ReadAccess {
  const word = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('i̇', 'i')
    .replace(/\s+/gu, ' ')
    .replace(/[.!]+$/u, '')
    .trim()
  if (SETS.public.has(word) || (column === 'publish' && SETS.yes.has(word))) return { value: 'public' }
  if (SETS.hold.has(word) || (column === 'publish' && SETS.no.has(word))) return { value: 'hold' }
  return { value: 'hold', unknown: text.trim() }
}
