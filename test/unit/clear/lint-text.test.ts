import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { captionText } from '../../../src/clear/caption-text.ts'
import { FINDING_CODES } from '../../../src/clear/finding.ts'
import { lintText } from '../../../src/clear/lint-text.ts'
import { aCard, aChineseId, aKazakhId, aKazakhIdOfSecondRound } from './invented-numbers.ts'

function codes(text: string): string[] {
  return lintText(text, 'description').map((finding) => finding.code)
}

function assertEach(texts: readonly string[], expected: readonly string[]): void {
  for (const text of texts) assert.deepEqual(codes(text), expected, text)
}

function grouped(digits: string, separator: string, ...lengths: number[]): string {
  const starts = lengths.map((_, index) => lengths.slice(0, index).reduce((sum, length) => sum + length, 0))
  return lengths.map((length, index) => digits.slice(starts[index], (starts[index] ?? 0) + length)).join(separator)
}

describe('lintText: identity numbers', () => {
  it('finds a Chinese number alone, in a sentence of any script, in groups and in other digits', () => {
    const id = aChineseId()
    const arabic = [...id].map((digit) => String.fromCodePoint(0x0660 + Number(digit))).join('')
    const extended = [...id].map((digit) => String.fromCodePoint(0x06f0 + Number(digit))).join('')
    const wide = [...id].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('')
    assertEach(
      [
        id,
        `身份证号${id}。`,
        `ID: ${id}, he said`,
        `كىملىك نومۇرى ${arabic}`,
        extended,
        `证件号码：${wide}`,
        grouped(id, ' ', 6, 8, 4),
        grouped(id, '-', 6, 8, 4),
        grouped(id, '\u00a0', 6, 4, 4, 4),
        [...id].join('\u200b'),
        [...id].join(' '),
        `id${id}`,
        `(${id})`,
        `https://example.org/files/${id}.jpg`,
      ],
      ['ID_NUMBER_CN'],
    )
  })

  it('finds one whose check symbol is an X, in either case and full-width', () => {
    const id = Array.from({ length: 100 }, (_, serial) => aChineseId(serial)).find((one) => one.endsWith('X')) ?? ''
    assertEach([id, id.toLowerCase(), id.replace('X', 'Ｘ'), `${id}。`], ['ID_NUMBER_CN'])
    assert.deepEqual(codes(`${id}y`), [])
  })

  it('leaves alone a number with a wrong check symbol, date, region or length', () => {
    const id = aChineseId()
    const wrong = `${id.slice(0, 17)}${(Number(id[17]) + 1) % 10}`
    const others = [
      aChineseId(123, '990102'),
      aChineseId(123, '650102', '19900230'),
      aChineseId(123, '650102', '17900101'),
    ]
    for (const text of [wrong, ...others, `1${id}`, `${id}1`]) assert.ok(!codes(text).includes('ID_NUMBER_CN'), text)
  })

  it('finds a Kazakh number of either round of the check digit, and tells it from other twelve digits', () => {
    const id = aKazakhId() ?? ''
    assertEach(
      [id, `ИИН ${id}`, `ЖСН:${id}`, `IIN${id}`, grouped(id, ' ', 6, 6), aKazakhIdOfSecondRound()],
      ['ID_NUMBER_KZ'],
    )
    const wrong = `${id.slice(0, 11)}${(Number(id[11]) + 1) % 10}`
    const others = [aKazakhId(1234, '881301'), aKazakhId(1234, '880132'), aKazakhId(1234, '880101', '9')]
    for (const text of [wrong, ...others, `x${id}`, `${id}f`, `1${id}`])
      assert.ok(!codes(text ?? '').includes('ID_NUMBER_KZ'), text)
  })

  it('finds every number of the generators, whatever the serial', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 9999 }), (chinese, kazakh) => {
        assert.ok(codes(aChineseId(chinese)).includes('ID_NUMBER_CN'))
        const id = aKazakhId(kazakh)
        assert.ok(id === undefined || codes(id).length === 1)
      }),
      { numRuns: 300 },
    )
  })
})

describe('lintText: cards', () => {
  it('finds cards of the issuers that our people use, alone and in the usual groups', () => {
    const prefixes = ['4', '51', '2221', '6212', '2200', '8600', '9860', '9417', '9792', '3530', '6011'] as const
    for (const prefix of prefixes) {
      const card = aCard(prefix)
      assertEach(
        [card, grouped(card, ' ', 4, 4, 4, 4), grouped(card, '-', 4, 4, 4, 4), `карта: ${card}.`],
        ['CARD_NUMBER'],
      )
    }
    assertEach(
      [aCard('34', 15), grouped(aCard('37', 15), ' ', 4, 6, 5), aCard('6222', 19), aCard('36', 14)],
      ['CARD_NUMBER'],
    )
  })

  it('leaves alone a wrong check digit, an unknown issuer, odd groups and letters around', () => {
    const card = aCard('4')
    const wrong = `${card.slice(0, 15)}${(Number(card[15]) + 1) % 10}`
    for (const text of [wrong, aCard('1'), grouped(card, ' ', 3, 5, 3, 5), `a${card}`, `${card}b`])
      assert.deepEqual(codes(text), [], text)
  })
})

describe('lintText: phones', () => {
  it('finds international numbers however they are written', () => {
    assertEach(
      [
        '+7 701 123 45 67',
        '+77011234567',
        '+7(701)123-45-67',
        'tel.: +7 (701) 123-45-67',
        '＋８６ １３９ １２３４ ５６７８',
        '+86-139-1234-5678',
        '+90 532 123 45 67',
        '+996 555 123 456',
        '+998 90 123 45 67',
        '+49 30 1234567',
        '+1 202 555 0143',
        '0077011234567',
        '00 90 532 123 45 67',
        '+٧ ٧٠١ ١٢٣ ٤٥ ٦٧',
        'https://wa.me/77011234567',
        'https://api.whatsapp.com/send?phone=77011234567',
        'tel:+77011234567',
        'https://t.me/+77011234567',
      ],
      ['PHONE_NUMBER'],
    )
  })

  it('finds the national forms of Kazakhstan, Russia, China, Turkey and Kyrgyzstan', () => {
    assertEach(
      [
        '8 701 123 45 67',
        '87011234567',
        '8(701)1234567',
        '8-701-123-45-67',
        '701 123 45 67',
        '77011234567',
        '8 916 123-45-67',
        '8 (495) 123-45-67',
        '8 (7272) 12-34-56',
        '13912345678',
        '139 1234 5678',
        '139-1234-5678',
        '电话13912345678',
        '8613912345678',
        '0991-1234567',
        '010-12345678',
        '0532 123 45 67',
        '05321234567',
        '0 532 123 45 67',
        '(0532) 123 45 67',
        '0212 123 45 67',
        '532 123 45 67',
        '0555 123 456',
        '0555123456',
        '0700 12-34-56',
        '996555123456',
        '998901234567',
        '٠٥٣٢ ١٢٣ ٤٥ ٦٧',
        'whatsapp87011234567',
      ],
      ['PHONE_NUMBER'],
    )
  })

  it('takes one number written in two ways for one', () => {
    assert.deepEqual(codes('+7 701 123 45 67, +7(701)1234567'), ['PHONE_NUMBER'])
    assert.deepEqual(codes('+7 701 123 45 67 +7 702 765 43 21'), ['PHONE_NUMBER', 'PHONE_NUMBER'])
  })

  it('leaves alone dates, times, counts, ids and URLs', () => {
    assertEach(
      [
        '2019-05-12',
        '12.05.2019',
        '12.05.2019-14.06.2019',
        '2019-05-12 10:30:15',
        '20190512',
        '2016 2017 2018 2019',
        '1990-2000',
        '00:01:02.345',
        '1 000 000',
        '12 345 678 people',
        '+12 000 000',
        '1 234 567 890',
        '1 2 3 4 5 6 7 8 9 10 11 12',
        '3.14159265358979',
        '1574331600',
        '1574331600000',
        'dQw4w9WgXcQ',
        'id 10158123456789012',
        'https://www.facebook.com/x/videos/10158123456789012',
        'https://x.com/a/status/1234567890123456789',
        'vk.com/video-12345678_456239017',
        'youtu.be/12345678901',
        'https://www.tiktok.com/@a/video/7012345678901234567',
        '100%',
        'ISBN 978',
        '№ 12/345',
        'sha256 6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
        '111 111 11 11',
        '+0 123 456 789',
        '192.168.1.10',
        '1080p60',
      ],
      [],
    )
  })
})

describe('lintText: e-mail addresses', () => {
  it('finds addresses in any script and in full-width', () => {
    assertEach(
      [
        'a.b@example.org',
        'mailto:a_b+c@mail.example.kz',
        '<A@EXAMPLE.ORG>',
        'имя@пример.рф',
        'ａ＠ｅｘａｍｐｌｅ．ｏｒｇ',
        'write to a@b.co.',
      ],
      ['EMAIL_ADDRESS'],
    )
  })

  it('leaves alone handles, file names and lone marks', () => {
    assertEach(
      [
        '@handle',
        'a @ b',
        'name@host',
        '@name@host.example',
        'clip@1080p.mp4',
        '@',
        'a@.org',
        'https://www.youtube.com/@some.name',
        'x@-',
      ],
      [],
    )
  })
})

describe('a finding', () => {
  it('never holds what was found', () => {
    const secrets = [aChineseId(), aKazakhId() ?? '', aCard('4'), '+77011234567', 'secret.name@example.org']
    for (const finding of lintText(secrets.join('\n'), 'title')) {
      assert.ok(FINDING_CODES.includes(finding.code))
      assert.ok(secrets.every((secret) => !JSON.stringify(finding).includes(secret.slice(0, 6))))
      assert.match(finding.fingerprint, /^[0-9a-f]{64}$/)
    }
  })

  it('has one fingerprint for one number in one place, and another anywhere else', () => {
    const [plain] = lintText('+7 701 123 45 67', 'description')
    const [spaced] = lintText('call +7(701)1234567 now', 'description')
    const [elsewhere] = lintText('+7 701 123 45 67', 'title')
    const [other] = lintText('+7 701 123 45 68', 'description')
    assert.equal(plain?.fingerprint, spaced?.fingerprint)
    assert.equal(new Set([plain, elsewhere, other].map((finding) => finding?.fingerprint)).size, 3)
  })
})

describe('captionText', () => {
  it('keeps what is read and drops what is counted, in WebVTT, SubRip, TTML and json3', () => {
    const vtt =
      'WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000 align:start\nmy <00:00:01.500><c>number</c>\n8 701 123\n45 67\n'
    const srt =
      '\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\nmy number 8 701 123 45 67\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nbye\r\n'
    const ttml = '<p begin="00:00:01.000" end="87011234567">hello</p>'
    const json = '{"events":[{"tStartMs":87011234567,"dDurationMs":13912345678,"segs":[{"utf8":"hello"}]}]}'
    assert.deepEqual(
      [vtt, srt, ttml, json].map((file) => codes(captionText(file))),
      [['PHONE_NUMBER'], ['PHONE_NUMBER'], [], []],
    )
  })

  it('does not add the counters and times of a thousand cues up to numbers', () => {
    const cues = Array.from(
      { length: 1_000 },
      (_, at) => `${at + 1}\n00:${String(at % 60).padStart(2, '0')}:01.234 --> 00:00:02.345\nword\n`,
    )
    assert.deepEqual(codes(captionText(`WEBVTT\n\n${cues.join('\n')}`)), [])
    assert.deepEqual(codes(captionText(cues.join('\n').replaceAll('.', ','))), [])
  })
})

describe('lintText on hostile text', () => {
  it('never throws, and ends, on what is worst for a scanner', () => {
    const worst = [
      '1 ',
      '12 ',
      '(1',
      '+1',
      '@',
      'a@',
      'a.',
      'a@a.',
      'www.',
      'http://',
      'tel:1',
      '٣ ',
      '-',
      '１',
      '\u200b1',
      '1234 5678 ',
      '&phone=',
      '\ud800',
    ]
    for (const unit of worst) assert.doesNotThrow(() => lintText(unit.repeat(20_000), 'description'), unit)
  })

  it('never throws on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void lintText(text, 'title')),
      { numRuns: 500 },
    )
  })
})
