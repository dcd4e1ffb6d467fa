/**
 * What a column may say of a testimony. `speaker`, `recorded`, `note` and `id` stay in the private catalogue and are never
 * published. `number` is a running number: it is known and not used, since it names another row once rows are sorted.
 */
export const FIELDS = [
  'file',
  'title',
  'description',
  'language',
  'url',
  'published',
  'recorded',
  'access',
  'publish',
  'tags',
  'license',
  'speaker',
  'note',
  'id',
  'number',
] as const
export type Field = (typeof FIELDS)[number]

/** Columns of which there may be several: what stands in them is joined. */
export const REPEATABLE: ReadonlySet<Field> = new Set(['file', 'url', 'tags', 'speaker', 'note'])

/** Columns that may say in which language they are: `title:ru`. */
export const IN_LANGUAGE: ReadonlySet<Field> = new Set(['title', 'description'])

/**
 * Names of columns as people write them, in English, Russian, Kazakh, Chinese, Turkish, Uyghur and Arabic; exact, no parts of
 * words. Left out on purpose: words that may as well head a column of people or places ("name", "Адрес", "adı").
 */
const NAMES: Readonly<Record<Field, string>> = {
  file: `file|files|filename|file name|file names|file path|path|media file|video file|audio file|local file
    |файл|файлы|имя файла|имена файлов|название файла|путь к файлу|видеофайл|аудиофайл|путь|ссылка на файл
    |файл атауы|файлдар|файлдың аты|файл аты|бейне файлы
    |文件|文件名|文件名称|文件路径|视频文件|檔案|檔名|檔案名稱|文件夹路径
    |dosya|dosya adı|dosyalar|video dosyası|ھۆججەت|ھۆججەت نامى|ملف|اسم الملف|الملف`,
  title: `title|video title|name of video|headline|heading
    |название|заголовок|название видео|наименование|заглавие
    |атауы|тақырыбы|бейне атауы|аталуы
    |标题|题目|视频标题|標題|題目|名称|名稱
    |başlık|video başlığı|ماۋزۇ|تېما|عنوان|العنوان`,
  description: `description|summary|about|synopsis|video description|abstract
    |описание|краткое описание|содержание|краткое содержание|описание видео|аннотация
    |сипаттама|сипаттамасы|мазмұны|қысқаша мазмұны
    |描述|说明|简介|内容|內容|視頻描述|视频描述|說明|簡介
    |açıklama|özet|مەزمۇن|چۈشەندۈرۈش|وصف|الوصف`,
  language: `language|languages|lang|spoken language|language spoken|languages spoken
    |язык|языки|язык видео|язык речи
    |тіл|тілі|тілдер|бейне тілі
    |语言|語言|语种|語種
    |dil|dili|diller|تىل|تىلى|لغة|اللغة`,
  url: `url|urls|link|links|source url|original url|video url|youtube|youtube url|youtube link|web address|original link
    |source link|ссылка|ссылки|ссылка на видео|источник ссылка|ссылка на источник|ссылка на youtube|ютуб|ссылка на оригинал
    |сілтеме|сілтемелер|бейне сілтемесі|сілтемесі
    |链接|网址|鏈接|連結|網址|视频链接|原始链接|来源链接
    |bağlantı|bağlantılar|video bağlantısı|ئۇلانما|ئۇلىنىش|رابط|الرابط`,
  published: `published|published at|date published|publication date|publish date|upload date|uploaded|date uploaded|date of publication
    |posted|date posted|дата публикации|опубликовано|дата загрузки|дата выкладки|дата выхода
    |жарияланған күні|жариялану күні|жарияланған|шыққан күні
    |发布日期|发布时间|發布日期|發佈日期|上传日期|上传时间|發布時間
    |yayın tarihi|yayınlanma tarihi|yükleme tarihi|ئېلان قىلىنغان ۋاقتى|تاريخ النشر`,
  recorded: `recorded|recorded at|date recorded|recording date|filmed|date of recording|date filmed|shot
    |дата записи|записано|дата съемки|снято
    |жазылған күні|түсірілген күні|жазылған
    |录制日期|拍摄日期|录制时间|錄製日期|拍攝日期|拍摄时间
    |kayıt tarihi|çekim tarihi|خاتىرىلەنگەن ۋاقتى|تاريخ التسجيل`,
  access: `access|visibility|status of access|access level
    |доступ|видимость|уровень доступа
    |қолжетімділік|қолжетімділігі|рұқсат|рұқсаты
    |访问|权限|公开程度|訪問|權限|可见性|访问权限
    |erişim|görünürlük|زىيارەت|الوصول`,
  publish: `public|publish|may be published|may publish|can be published|ok to publish|may be public|publishable
    |публиковать|можно публиковать|можно ли публиковать|разрешение на публикацию|публично|согласие на публикацию
    |жариялауға болады|жариялауға бола ма|жариялау
    |可以公开|是否公开|可公开|是否可以公开|能否公开|是否公開
    |yayınlanabilir|yayınlanabilir mi`,
  tags: `tags|tag|keywords|key words|topics
    |теги|тег|ключевые слова|темы|метки
    |тегтер|кілт сөздер|түйін сөздер
    |标签|标记|关键词|標籤|關鍵詞|关键字
    |etiketler|anahtar kelimeler|خەتكۈش|وسوم`,
  license: 'license|licence|лицензия|лицензиясы|许可|许可证|授權|lisans',
  speaker: `speaker|speakers|person|witness|who speaks|interviewee|name of speaker|name of witness|victim|testifier
    |свидетель|кто говорит|спикер|рассказчик|фио|имя свидетеля|пострадавший|интервьюируемый|автор свидетельства
    |куәгер|айтушы|сөйлеуші|аты жөні|куәлік беруші
    |证人|讲述者|說話人|说话人|讲述人|姓名|受害者|作证人
    |tanık|konuşan|konuşmacı|گۇۋاھچى|سۆزلىگۈچى|الشاهد`,
  note: `note|notes|private note|private notes|comment|comments|remark|remarks|internal note
    |примечание|примечания|заметка|заметки|комментарий|комментарии|внутренние заметки|пометки
    |ескерту|ескертпе|ескертпелер|түсініктеме
    |备注|備註|注释|附注|註解|内部备注
    |not|notlar|ئىزاھات|ملاحظة|ملاحظات`,
  id: `id|row id|key|record id|identifier|inventory number|code
    |ид|код|идентификатор|инвентарный номер|номер записи
    |编号|編號|kimlik`,
  number: `no|number|n|nr|row|№|номер|п п|№ п п|n п п|нөмірі|нөмір|реттік нөмірі|р с|р с №|序号|序號|号码|numara|sıra|sıra no|نومۇر|رقم`,
}

const FIELD_OF_NAME: ReadonlyMap<string, Field> = new Map(
  FIELDS.flatMap((field) => NAMES[field].split('|').map((name): [string, Field] => [foldHeader(name), field])),
)

/** The field that a name of a column stands for in one of the languages; undefined for any other text. */
export function fieldOfHeader(header: string): Field | undefined {
  return header.length > 200 ? undefined : FIELD_OF_NAME.get(foldHeader(header))
}

/** Names that only say "date": whether of the publication or of the recording is for a person to say. */
const DATE = new Set(
  [
    'date',
    'dates',
    'дата',
    'күні',
    'датасы',
    'күн',
    '日期',
    '时间',
    '時間',
    'tarih',
    'tarihi',
    'چېسلا',
    'ۋاقتى',
    'تاريخ',
    'التاريخ',
  ].map(foldHeader),
)

export function isSomeDate(header: string): boolean {
  return DATE.has(foldHeader(header))
}

/** One spelling for names of columns: case, marks, spaces and what stands in brackets at the end do not count. */
export function foldHeader(header: string): string {
  const plain = header.normalize('NFKC').toLowerCase().replaceAll('ё', 'е').replaceAll('i̇', 'i').trim()
  const bare = plain.replace(/\s*\([^()]*\)\s*$/u, '')
  // A name that is all brackets or marks stays what it is.
  const words = (bare === '' ? plain : bare).replace(/[\s_\-–—./:*?!"'«»…]+/gu, ' ').trim()
  return words === '' ? plain : words
}
