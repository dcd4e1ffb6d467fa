import { resolve } from 'node:path'
import { type Command, Option } from '@commander-js/extra-typings'
import { TEMPLATE_LANGUAGES } from '../../intake/layouts/spreadsheet/template-texts.ts'
import { command } from '../command.ts'
import type { Context } from '../context.ts'
import { requireNewSpreadsheet, writeNewFile } from '../new-file.ts'

const DESCRIPTION = `writes a spreadsheet to fill in, for a folder of recordings

Put it into the folder, write one row for each testimony, then add the folder. It has an example row, which is passed
over, and explains each column. A spreadsheet of your own works as well: columns are found by their names.`

/** `holdfast template -o FILE` */
export function templateCommand(context: Context): Command {
  return command('template', DESCRIPTION, 'holdfast template -o ~/recordings/list.xlsx --language ru')
    .requiredOption('-o, --output <file>', 'where to write it; .xlsx or .csv')
    .addOption(
      new Option('--language <tag>', 'language of its columns').choices(TEMPLATE_LANGUAGES).default('en' as const),
    )
    .action(async ({ output, language }) => {
      const kind = requireNewSpreadsheet(output)
      const { templateRows, templateSheets } = await import('../../intake/layouts/spreadsheet/template.ts')
      const { encodeCsv, encodeXlsx } = await import('../../intake/tables/write-table.ts')
      // Excel in Russian and Kazakh takes semicolons, as the comma is in its numbers.
      const separator = language === 'ru' || language === 'kk' ? ';' : ','
      const bytes =
        kind === 'csv' ? encodeCsv(templateRows(language), separator) : await encodeXlsx(templateSheets(language))
      await writeNewFile(output, bytes)
      context.report.emit({
        event: 'note',
        message: `Fill in ${output}, keep it in the folder of the recordings, then add that folder.`,
      })
      context.finish({ file: resolve(output), language })
    }) as unknown as Command
}
