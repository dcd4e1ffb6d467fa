import type { Field } from './fields.ts'

export const TEMPLATE_LANGUAGES = ['en', 'ru', 'kk', 'zh'] as const
export type TemplateLanguage = (typeof TEMPLATE_LANGUAGES)[number]

export type TemplateField = Exclude<Field, 'publish' | 'license' | 'number'>

interface TemplateTexts {
  /** Names of the two sheets. */
  readonly sheet: string
  readonly help: string
  readonly intro: readonly string[]
  /** Name of the column, what to write in it, an example. */
  readonly columns: Readonly<Record<TemplateField, readonly [name: string, help: string, example: string]>>
}

const URL = 'https://www.youtube.com/watch?v=XXXXXXXXXXX'

const en: TemplateTexts = {
  sheet: 'Testimonies',
  help: 'Help',
  intro: [
    'Put this file into the folder of your recordings, write one row for each testimony, then: holdfast add FOLDER',
    'A row whose first cell begins with // is an example or a remark and is passed over. You may delete it.',
    'Only the file is needed. Leave empty what you do not know. You may delete, move and add columns.',
  ],
  columns: {
    file: ['File', 'Name of the file, or its path from this folder. Several files: one a line.', 'video-001.mp4'],
    title: ['Title', 'Published. No names of people who did not agree.', 'A mother speaks of her son'],
    description: ['Description', 'Published. No telephone or identity numbers.', 'Recorded at home.'],
    language: ['Language', 'What is spoken: Kazakh, Uyghur, zh …', 'Kazakh'],
    url: ['Link', 'Where it was public. Several links: one a line.', URL],
    published: ['Date published', 'When it was first public: 2019-03-05 or 05.03.2019.', '2019-03-05'],
    recorded: ['Date recorded', 'Private: stays in your catalogue.', '2019-02'],
    access: ['Access', '"public" or "hold". Everything else, and nothing, holds it until you clear it.', 'hold'],
    tags: ['Tags', 'Published. Separated by commas.', 'appeal, family'],
    speaker: ['Speaker', 'Private: never published, stays in your catalogue.', 'private'],
    note: ['Note', 'Private: never published, stays in your catalogue.', 'private'],
    id: [
      'ID',
      'Private. Your own number of the testimony; never changes, so that a row can be corrected later.',
      'T-001',
    ],
  },
}

const ru: TemplateTexts = {
  sheet: 'Свидетельства',
  help: 'Справка',
  intro: [
    'Положите этот файл в папку с записями, заполните по одной строке на свидетельство и выполните: holdfast add ПАПКА',
    'Строка, первая ячейка которой начинается с //, — пример или пометка; она пропускается. Её можно удалить.',
    'Обязателен только файл. Неизвестное оставьте пустым. Столбцы можно удалять, переставлять и добавлять.',
  ],
  columns: {
    file: ['Файл', 'Имя файла или путь от этой папки. Несколько файлов — каждый с новой строки.', 'video-001.mp4'],
    title: ['Название', 'Публикуется. Без имён людей, которые не давали согласия.', 'Мать рассказывает о сыне'],
    description: ['Описание', 'Публикуется. Без номеров телефонов и документов.', 'Записано дома.'],
    language: ['Язык', 'На каком языке говорят: казахский, уйгурский, zh …', 'казахский'],
    url: ['Ссылка', 'Где было опубликовано. Несколько ссылок — каждая с новой строки.', URL],
    published: ['Дата публикации', 'Когда появилось впервые: 05.03.2019 или 2019-03-05.', '05.03.2019'],
    recorded: ['Дата записи', 'Не публикуется: остаётся в вашем каталоге.', '2019-02'],
    access: ['Доступ', '«публично» или «закрыто». Всё остальное, и пустая ячейка, ждёт вашего решения.', 'закрыто'],
    tags: ['Теги', 'Публикуется. Через запятую.', 'обращение, семья'],
    speaker: ['Свидетель', 'Не публикуется никогда, остаётся в вашем каталоге.', 'личное'],
    note: ['Примечание', 'Не публикуется никогда, остаётся в вашем каталоге.', 'личное'],
    id: ['ИД', 'Не публикуется. Ваш постоянный номер, чтобы строку можно было исправить позже.', 'С-001'],
  },
}

const kk: TemplateTexts = {
  sheet: 'Куәліктер',
  help: 'Анықтама',
  intro: [
    'Бұл файлды жазбалар жатқан қалтаға салыңыз, әр куәлікке бір жол толтырыңыз да, орындаңыз: holdfast add ҚАЛТА',
    'Бірінші ұяшығы // деп басталатын жол — мысал не ескертпе, ол оқылмайды. Оны өшіруге болады.',
    'Тек файл міндетті. Белгісізін бос қалдырыңыз. Бағандарды өшіруге, жылжытуға, қосуға болады.',
  ],
  columns: {
    file: [
      'Файл',
      'Файлдың аты немесе осы қалтадан бергі жолы. Бірнеше файл болса, әрқайсысы жаңа жолдан.',
      'video-001.mp4',
    ],
    title: ['Атауы', 'Жарияланады. Келісім бермеген адамдардың аты-жөнінсіз.', 'Анасы ұлы туралы айтады'],
    description: ['Сипаттама', 'Жарияланады. Телефон мен құжат нөмірлерінсіз.', 'Үйде жазылған.'],
    language: ['Тілі', 'Қай тілде сөйлейді: қазақ, ұйғыр, zh …', 'қазақ'],
    url: ['Сілтеме', 'Қайда жарияланған. Бірнеше сілтеме болса, әрқайсысы жаңа жолдан.', URL],
    published: ['Жарияланған күні', 'Алғаш қашан шықты: 05.03.2019 немесе 2019-03-05.', '05.03.2019'],
    recorded: ['Жазылған күні', 'Жарияланбайды: каталогыңызда қалады.', '2019-02'],
    access: ['Қолжетімділік', '«ашық» немесе «жабық». Өзгесі де, бос ұяшық та сіздің шешіміңізді күтеді.', 'жабық'],
    tags: ['Тегтер', 'Жарияланады. Үтір арқылы.', 'үндеу, отбасы'],
    speaker: ['Куәгер', 'Ешқашан жарияланбайды, каталогыңызда қалады.', 'жеке'],
    note: ['Ескертпе', 'Ешқашан жарияланбайды, каталогыңызда қалады.', 'жеке'],
    id: ['ID', 'Жарияланбайды. Өзгермейтін өз нөміріңіз: жолды кейін түзетуге керек.', 'К-001'],
  },
}

const zh: TemplateTexts = {
  sheet: '证词',
  help: '说明页',
  intro: [
    '把本文件放进存放录像的文件夹，每份证词填一行，然后运行：holdfast add 文件夹',
    '第一格以 // 开头的行是示例或备注，导入时跳过，可以删除。',
    '只有文件名是必填的。不知道的请留空。各列可以删除、移动或增加。',
  ],
  columns: {
    file: ['文件', '文件名，或从本文件夹起的路径。多个文件请每行一个。', 'video-001.mp4'],
    title: ['标题', '会公开。未经同意请勿写人名。', '母亲讲述儿子的遭遇'],
    description: ['描述', '会公开。请勿写电话号码和证件号码。', '在家中录制。'],
    language: ['语言', '所说的语言：哈萨克语、维吾尔语、zh……', '哈萨克语'],
    url: ['链接', '曾经公开的网址。多个链接请每行一个。', URL],
    published: ['发布日期', '首次公开的日期：2019-03-05 或 2019年3月5日。', '2019年3月5日'],
    recorded: ['录制日期', '不公开，只留在您的目录中。', '2019年2月'],
    access: ['访问', '“公开”或“不公开”。其他内容或留空都会等您决定。', '不公开'],
    tags: ['标签', '会公开。用逗号分隔。', '呼吁，家庭'],
    speaker: ['讲述者', '绝不公开，只留在您的目录中。', '私密'],
    note: ['备注', '绝不公开，只留在您的目录中。', '私密'],
    id: ['ID', '不公开。您自己的固定编号，便于日后更正这一行。', 'Z-001'],
  },
}

export const TEMPLATE_TEXTS: Readonly<Record<TemplateLanguage, TemplateTexts>> = { en, ru, kk, zh }
