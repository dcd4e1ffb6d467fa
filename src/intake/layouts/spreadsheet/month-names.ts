/** Months from January, with the forms that stand in dates, in English, Russian, Kazakh, Turkish. Written out, so that no release of a library changes what a date means. */
const MONTHS: readonly string[] = [
  'january jan январь января янв қаңтар қаңтары қаңтарда ocak oca',
  'february feb февраль февраля фев февр ақпан ақпанда şubat şub',
  'march mar март марта мар наурыз наурызда mart',
  'april apr апрель апреля апр сәуір сәуірде nisan nis',
  'may май мая мамыр мамырда mayıs',
  'june jun июнь июня июн маусым маусымда haziran haz',
  'july jul июль июля июл шілде шілдеде temmuz tem',
  'august aug август августа авг тамыз тамызда ağustos ağu',
  'september sep sept сентябрь сентября сен сент қыркүйек қыркүйекте eylül eyl',
  'october oct октябрь октября окт қазан қазанда ekim eki',
  'november nov ноябрь ноября ноя нояб қараша қарашада kasım kas',
  'december dec декабрь декабря дек желтоқсан желтоқсанда aralık ara',
]

const NUMBER_OF: ReadonlyMap<string, number> = new Map(
  MONTHS.flatMap((names, index) => names.split(' ').map((name): [string, number] => [name, index + 1])),
)

/** 1 to 12. @param word - in lower case. */
export function monthNamed(word: string): number | undefined {
  return NUMBER_OF.get(word)
}
