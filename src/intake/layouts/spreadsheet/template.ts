import type { WrittenSheet } from '../../tables/write-table.ts'

import { COMMENT } from './record.ts'
import { TEMPLATE_TEXTS, type TemplateField, type TemplateLanguage } from './template-texts.ts'

/** Columns of the template, in order. */
const COLUMNS: readonly TemplateField[] = [
  'file',
  'title',
  'description',
  'language',
  'url',
  'published',
  'recorded',
  'access',
  'tags',
  'speaker',
  'note',
  'id',
]
const WIDTHS: Readonly<Partial<Record<TemplateField, number>>> = { file: 28, title: 36, description: 48, url: 40 }

/** A sheet to fill in, with an example that import passes over, and a sheet that explains each column. */
export function templateSheets(language: TemplateLanguage): readonly WrittenSheet[] {
  const { sheet, help, columns, intro } = TEMPLATE_TEXTS[language]
  const example = COLUMNS.map((field, at) => `${at === 0 ? `${COMMENT} ` : ''}${columns[field][2]}`)
  return [
    {
      name: sheet,
      rows: [COLUMNS.map((field) => columns[field][0]), example],
      widths: COLUMNS.map((field) => WIDTHS[field] ?? 18),
    },
    {
      name: help,
      rows: [[help], ...intro.map((line) => [line]), ...COLUMNS.map((field) => [columns[field][0], columns[field][1]])],
      widths: [32, 110],
    },
  ]
}

/** The same as one table: the explanations are lines that import passes over. */
export function templateRows(language: TemplateLanguage): readonly (readonly string[])[] {
  const { columns, intro } = TEMPLATE_TEXTS[language]
  const [sheet] = templateSheets(language)
  const explained = COLUMNS.map((field) => [`${COMMENT} ${columns[field][0]}: ${columns[field][1]}`])
  return [...(sheet?.rows ?? []), ...intro.map((line) => [`${COMMENT} ${line}`]), ...explained]
}
