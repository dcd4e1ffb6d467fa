import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readAccess } from '../../../src/intake/layouts/spreadsheet/access-words.ts'
import { orderOfColumn, readDate } from '../../../src/intake/layouts/spreadsheet/dates.ts'
import { FIELDS, fieldOfHeader } from '../../../src/intake/layouts/spreadsheet/fields.ts'
import { readLanguages } from '../../../src/intake/layouts/spreadsheet/languages.ts'
import { parseMapping, renderMapping } from '../../../src/intake/layouts/spreadsheet/mapping.ts'
import { TEMPLATE_LANGUAGES, TEMPLATE_TEXTS } from '../../../src/intake/layouts/spreadsheet/template-texts.ts'
import { readUrls } from '../../../src/intake/layouts/spreadsheet/urls.ts'
import { isTime } from '../../../src/model/document-fields.ts'

const NO_RULES = { order: undefined, epoch1904: undefined }
const read = (text: string, rules: Parameters<typeof readDate>[1] = NO_RULES): string => {
  const date = readDate({ text }, rules)
  return date.kind === 'date' ? date.value : date.kind
}

describe('dates in a column', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['05.03.2019', '2019-03-05'],
    ['5.3.2019 г.', '2019-03-05'],
    ['2019-03-05', '2019-03-05'],
    ['2019/3/5', '2019-03-05'],
    ['2019年3月5日', '2019-03-05'],
    ['２０１９年３月５日', '2019-03-05'],
    ['5 марта 2019 г.', '2019-03-05'],
    ['March 5, 2019', '2019-03-05'],
    ['5 Mar 2019', '2019-03-05'],
    ['2019 жылғы 5 наурыз', '2019-03-05'],
    ['5 Mart 2019', '2019-03-05'],
    ['20190305', '2019-03-05'],
    ['25/03/2019', '2019-03-25'],
    ['03/25/2019', '2019-03-25'],
    ['05/05/2019', '2019-05-05'],
    ['05.03.2019 14:30', '2019-03-05'],
    ['2019-03-05T14:30:00', '2019-03-05'],
    ['2019-03-05T14:30:00Z', '2019-03-05T14:30:00Z'],
    ['2019-03-05 02:30 +06:00', '2019-03-04T20:30:00Z'],
    ['03/04/2019', 'ambiguous'],
    ['2019', 'imprecise'],
    ['2019-03', 'imprecise'],
    ['2019年3月', 'imprecise'],
    ['март 2019', 'imprecise'],
    ['31.02.2019', 'unreadable'],
    ['05.03.19', 'unreadable'],
    ['05.03.1969', 'unreadable'],
    ['43529', 'unreadable'],
    ['next spring', 'unreadable'],
    ['5 марта или 6 апреля 2019', 'unreadable'],
    ['2019-03-05 or 2019-03-06', 'unreadable'],
  ]
  for (const [text, value] of cases) it(`reads ${text} as ${value}`, () => assert.equal(read(text), value))

  it('are told apart by the rest of the column, or by the mapping, and by neither if it contradicts itself', () => {
    assert.equal(orderOfColumn(['03/04/2019', '25/03/2019']), 'day-first')
    assert.equal(orderOfColumn(['03/04/2019', '03/25/2019']), 'month-first')
    assert.equal(orderOfColumn(['25/03/2019', '03/25/2019']), undefined)
    assert.equal(read('03/04/2019', { order: 'day-first', epoch1904: undefined }), '2019-04-03')
    assert.equal(read('03/04/2019', { order: 'month-first', epoch1904: undefined }), '2019-03-04')
    assert.equal(read('25/03/2019', { order: 'month-first', epoch1904: undefined }), 'unreadable')
  })

  it('count from where the workbook or the mapping says, and a year is no such count', () => {
    assert.equal(read('43529', { order: undefined, epoch1904: false }), '2019-03-05')
    assert.equal(read('43529', { order: undefined, epoch1904: true }), '2023-03-06')
    const year = readDate({ text: '2019', serial: 2019 }, { order: undefined, epoch1904: false })
    assert.equal(year.kind, 'imprecise')
  })

  it('are never anything but a day that a bundle can name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, epoch1904) => {
        const date = readDate({ text }, { order: 'day-first', epoch1904 })
        assert.ok(date.kind !== 'date' || isTime(date.value))
      }),
    )
  })
})

describe('names of columns', () => {
  it('are known in several languages, whatever their case, marks and spaces', () => {
    const cases = {
      file: ['FILE', ' Имя_файла: ', 'Файл атауы', '文件名', 'Dosya adı'],
      url: ['Ссылки', 'Сілтеме', '链接', 'URL (original)'],
    }
    for (const [field, names] of Object.entries(cases))
      for (const name of names) assert.equal(fieldOfHeader(name), field, name)
    assert.equal(fieldOfHeader('Дата съёмки'), 'recorded')
  })

  it('that may mean a person, a place or nothing are not known', () => {
    for (const name of [
      'Name',
      'Имя',
      'Адрес',
      'adı',
      'Телефон',
      '',
      '()',
      'files of the police',
      'constructor',
      '__proto__',
    ])
      assert.equal(fieldOfHeader(name), undefined, name)
  })

  it('mean one field each, and running numbers are no ids', () => {
    assert.equal(fieldOfHeader('№ п/п'), 'number')
    assert.equal(fieldOfHeader('序号'), 'number')
    assert.equal(fieldOfHeader('ID'), 'id')
  })

  it('of every template are found', () => {
    for (const language of TEMPLATE_LANGUAGES)
      for (const [field, [name]] of Object.entries(TEMPLATE_TEXTS[language].columns))
        assert.equal(fieldOfHeader(name), field)
  })
})

describe('other values', () => {
  it('are links, several in a cell however they are parted', () => {
    const text =
      'https://youtu.be/dQw4w9WgXcQ,https://vk.com/video-1_2; www.tiktok.com/@a/video/7000000000000000001\nhttps://ok.ru/video/123456 '
    const { originals, unusable } = readUrls([{ text }], '2019-03-05')
    assert.deepEqual(
      originals.map(({ key }) => key),
      ['ok:video:123456', 'tiktok:video:7000000000000000001', 'vk:video:-1_2', 'youtube:video:dQw4w9WgXcQ'],
    )
    assert.deepEqual([unusable, originals.some(({ publishedAt }) => publishedAt !== undefined)], [[], false])
  })

  it('are where a cell leads whose text is no link; channels and words are no items', () => {
    const { originals } = readUrls([{ text: 'смотреть', link: 'https://youtu.be/dQw4w9WgXcQ' }], '2019-03-05')
    assert.deepEqual(
      originals.map(({ key, publishedAt }) => [key, publishedAt]),
      [['youtube:video:dQw4w9WgXcQ', '2019-03-05']],
    )
    const channel = 'https://www.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw'
    assert.deepEqual(readUrls([{ text: `удалено ${channel}` }], undefined), {
      originals: [],
      unusable: ['удалено', channel],
    })
  })

  it('are languages by their names or tags, and no other word', () => {
    assert.deepEqual(readLanguages('казахский, Русский язык'), { tags: ['kk', 'ru'], unknown: [] })
    assert.deepEqual(readLanguages('на уйгурском').unknown, ['на уйгурском'])
    assert.deepEqual(readLanguages('қазақ тілі және орысша; 维吾尔语/中文').tags, ['kk', 'ru', 'ug', 'zh'])
    assert.deepEqual(readLanguages('ug-Arab | EN').tags, ['en', 'ug-Arab'])
    assert.deepEqual(readLanguages('yes, unknown'), { tags: [], unknown: ['yes', 'unknown'] })
  })

  it('are public only in a word for it', () => {
    for (const word of ['Public', ' публично ', 'АШЫҚ', '公开', 'Herkese açık'])
      assert.equal(readAccess('access', word).value, 'public', word)
    for (const word of ['hold', 'закрыто', 'жабық', '不公开', 'yes', 'да', 'public?', 'не публично'])
      assert.equal(readAccess('access', word).value, 'hold', word)
    assert.equal(readAccess('access', 'да').unknown, 'да')
    assert.deepEqual(
      [readAccess('publish', 'Да'), readAccess('publish', 'нет')],
      [{ value: 'public' }, { value: 'hold' }],
    )
  })
})

describe('a mapping', () => {
  it('that was written can be read, whatever the columns are called', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), (headers) => {
        const text = renderMapping(
          'list.csv',
          headers.map((header) => ({ header, use: 'note' })),
        )
        for (const use of parseMapping(text).columns.values()) assert.deepEqual(use, { field: 'note' })
      }),
    )
  })

  it('leaves to a person what is not clear', () => {
    const text = renderMapping('list.csv', [
      { header: 'A', use: 'url', undecided: true },
      { header: 'B', use: '' },
    ])
    assert.deepEqual([...parseMapping(text).columns], [['b', undefined]])
    assert.match(text, /^# "A" = "url"/m)
  })

  it('says what is wrong with it', () => {
    const wrong = [
      'columns = 3',
      '[columns]\n"a" = "fiel"',
      '[columns]\n"a" = "file:ru"',
      'dates = "sometimes"',
      'a = = b',
      'encoding = "ebcdic"',
    ]
    for (const text of wrong)
      assert.throws(() => parseMapping(text), { name: 'IntakeError', code: 'MAPPING_INVALID' }, text)
    assert.deepEqual(parseMapping('[columns]\n"Атауы" = "title:kk-Cyrl"').columns.get('атауы'), {
      field: 'title',
      language: 'kk-Cyrl',
    })
    assert.equal(FIELDS.length, 15)
  })
})
