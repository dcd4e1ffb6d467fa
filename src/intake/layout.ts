import type { BundleDocument, FileRole } from '../model/bundle.ts'
import type { Problem } from '../model/errors.ts'

/** `public` where the source itself says that anybody could see it; `hold` waits for a person. */
export type Access = 'public' | 'hold'

/** One file of a found bundle, still where it lies. */
export interface FoundFile {
  /** Absolute path of a regular file that was reached without following a link out of the given path. */
  readonly path: string
  readonly role: FileRole
  readonly mediaType: string
  /** BCP 47 tag, for subtitles and captions. */
  readonly language?: string
}

/** One testimony as a layout found it. */
export interface FoundBundle {
  /** Name of the layout, for example `yt-dlp`. */
  readonly layout: string
  /** The file that decides what this is (the `.info.json`); importing it again with other content makes a new version. */
  readonly sourcePath: string
  /** For one of many descriptions in that file: which. The same key in the same file is the same bundle, wherever its row stands. */
  readonly sourceRow?: SourceRow
  readonly document: BundleDocument
  readonly access: { readonly value: Access; readonly reason: string }
  /** Public and private files; public ones are ordered so that numbering them by role gives the same names everywhere. */
  readonly files: readonly FoundFile[]
  /** Platform words exactly as they came (title, description, tags), for the private catalogue only. */
  readonly asGiven: Readonly<Record<string, string>>
  readonly warnings: readonly Problem[]
}

/** One row of a spreadsheet. */
export interface SourceRow {
  /** Tells the row from all others of the file, whatever its place: its id, its link, or its file. */
  readonly key: string
  /** Keys that it had while less stood in it, or would have: without its id, without its link. Strongest first. */
  readonly weakerKeys: readonly string[]
  readonly sheet?: string
  /** As the spreadsheet program numbers it, from 1. */
  readonly row: number
}

/** What became of a row, or of a sheet, of which no bundle tells; never published, as it quotes the spreadsheet. */
export interface RowFinding {
  /** Absolute path of the spreadsheet. */
  readonly path: string
  readonly sheet?: string
  readonly row?: number
  /** `failed`: wanted, and no bundle. `warning`: a bundle without some value. `ignored`: of no use, for the reason said. */
  readonly outcome: 'failed' | 'warning' | 'ignored'
  /** A code of docs/ERRORS.md; absent for `ignored`. */
  readonly code?: string
  readonly reason: string
  readonly hint?: string
  /** What stands in the row to name its files. */
  readonly given?: string
  /** Files that may be meant, relative to the spreadsheet. */
  readonly candidates?: readonly string[]
}

/** What became of one file that intake met; every file gets exactly one of these. */
export interface FileVerdict {
  readonly path: string
  /**
   * `taken`: media or sidecar of a bundle. `known`: unchanged since it was last seen, so not read again. `ignored`: known to
   * be of no use. `failed`: wanted, but could not be used.
   */
  readonly outcome: 'taken' | 'known' | 'ignored' | 'failed'
  /** For `ignored` and `failed`; a code of docs/ERRORS.md for `failed`. */
  readonly code?: string
  readonly reason?: string
  readonly hint?: string
}

/** What a layout yields: bundles and verdicts, in a stable order. */
export type Found =
  | { readonly type: 'bundle'; readonly bundle: FoundBundle }
  | { readonly type: 'file'; readonly verdict: FileVerdict }
  | { readonly type: 'row'; readonly row: RowFinding }

/** What the file system says of a file; equal facts mean, as far as one can know without reading, equal bytes. */
export interface FileStat {
  readonly dev: bigint
  readonly ino: bigint
  /** Size in bytes. */
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

/** A file or directory that the walker met; the walker bounds and never follows links, a layout only sees this. */
export interface WalkedFile {
  /** Absolute path. */
  readonly path: string
  /** Path relative to the given root, `/`-separated. */
  readonly relative: string
  /** Size in bytes. */
  readonly size: number
  /** Facts from the walk; absent for what is not a file of its own, such as an entry of an archive. */
  readonly stat?: FileStat
  /** Reads the whole file. @throws {IntakeError} `SIDECAR_TOO_LARGE` beyond `maxBytes`, `SIDECAR_UNREADABLE`, `SIDECAR_CHANGED`. */
  read(maxBytes: number): Promise<Uint8Array<ArrayBuffer>>
}

/**
 * A way in which archives lie on a disk. It sees *units*: the files of one directory, or the entries of the ZIP parts of
 * one export (so that media and metadata may come from different parts), already bounded and free of links.
 */
export interface Layout {
  readonly name: string
  /** How sure this layout is that the unit is its own: 0 (not mine) to 1 (certain). Cheap: names and at most a few small reads. */
  recognise(unit: readonly WalkedFile[]): Promise<number>
  /**
   * True when files of this unit's directories below belong to it, too: a spreadsheet beside the folders that it describes.
   * Asked of the layout that is surest of the unit; `read` then gets the whole tree as one unit.
   */
  reachesBelow?(unit: readonly WalkedFile[]): Promise<boolean>
  /**
   * Takes the unit apart. Accounts for every file exactly once, as a bundle's file or as a verdict.
   *
   * @param options.known - asked with all the files of one bundle before any of them is read; true when exactly these files,
   * unchanged, were accounted for before. They then get the verdict `known`. This is what makes a daily `add` of one flat
   * folder of 30,000 bundles cheap.
   */
  read(unit: readonly WalkedFile[], options: ReadOptions): AsyncIterable<Found>
}

export interface ReadOptions {
  readonly signal: AbortSignal
  readonly known?: (files: readonly WalkedFile[]) => boolean
}
