import type { BundleDocument, FileRole } from '../model/bundle.ts'
import { openBounded } from './bounded-file.ts'
import { captionText, decodeText } from './caption-text.ts'
import { distinct, type Finding } from './finding.ts'
import { lintMedia } from './lint-media.ts'
import { lintText } from './lint-text.ts'

/** Subtitles of a day's recording stay below this; what is longer is read up to here and reported. */
const MAX_CAPTION_BYTES = 8 * 1024 * 1024
const CAPTION_ROLES: ReadonlySet<FileRole> = new Set(['subtitles', 'automatic-captions'])

/** One public file of a bundle, and where its bytes lie. */
export interface LintFile {
  readonly publicPath: string
  readonly localPath: string
  readonly mediaType: string
  readonly role: FileRole
}

export interface LintRequest {
  readonly document: BundleDocument
  readonly files: readonly LintFile[]
  readonly signal: AbortSignal
}

/** What the lint knows of a bundle. */
export interface LintReport {
  readonly findings: readonly Finding[]
  /** Files that no rule reads, or not to their end; one sentence each, without local paths. */
  readonly notChecked: readonly { readonly where: string; readonly reason: string }[]
}

/**
 * Reads everything of a bundle that would become public, and returns what a person has to look at first.
 *
 * @throws {ClearError} `LINT_FILE_UNREADABLE`: what cannot be read cannot be cleared.
 */
export async function lintBundle(request: LintRequest): Promise<Finding[]> {
  return [...(await inspectBundle(request)).findings]
}

/** As {@link lintBundle}, and says which files it could not judge. */
export async function inspectBundle({ document, files, signal }: LintRequest): Promise<LintReport> {
  const findings = lintDocument(document)
  const notChecked: { where: string; reason: string }[] = []
  for (const file of files) {
    signal.throwIfAborted()
    const where = file.publicPath
    if (CAPTION_ROLES.has(file.role)) {
      const captions = await lintCaptions(file, signal)
      findings.push(...captions.findings)
      if (captions.isCut) notChecked.push({ where, reason: `${where}: only its first 8 MiB were read` })
      continue
    }
    const lint = await lintMedia(file.localPath, where, { signal })
    if (lint.state === 'finding') findings.push(...lint.findings)
    if (lint.state === 'not-checked') notChecked.push({ where, reason: lint.reason })
  }
  return { findings: distinct(findings), notChecked }
}

/** The free texts of `bundle.json`; the rest of it is made by us from closed vocabularies. */
function lintDocument(document: BundleDocument): Finding[] {
  return [
    ...document.title.flatMap(({ value }) => lintText(value, 'title')),
    ...(document.description ?? []).flatMap(({ value }) => lintText(value, 'description')),
    ...(document.tags ?? []).flatMap((tag, index) => lintText(tag, `tags[${index}]`)),
    ...(document.chapters ?? []).flatMap(({ title }, index) => lintText(title, `chapters[${index}].title`)),
    ...(document.license === undefined ? [] : lintText(document.license, 'license')),
  ]
}

async function lintCaptions(file: LintFile, signal: AbortSignal): Promise<{ findings: Finding[]; isCut: boolean }> {
  await using opened = await openBounded(file.localPath, MAX_CAPTION_BYTES, signal)
  const bytes = await opened.read(0, Math.min(opened.size, MAX_CAPTION_BYTES))
  const findings = lintText(captionText(decodeText(bytes)), file.publicPath)
  return { findings, isCut: opened.size > MAX_CAPTION_BYTES }
}
