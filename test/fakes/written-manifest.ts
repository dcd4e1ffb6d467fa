import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { formatCheckpoint } from '../../src/manifest/checkpoint.ts'
import { foldLog } from '../../src/manifest/fold.ts'
import { buildIndex, indexReceiptPath } from '../../src/manifest/index-build.ts'
import { memoryState } from '../../src/manifest/memory-state.ts'
import { inclusionPath, leafHash, treeRoot } from '../../src/manifest/merkle.ts'
import { formatSignedNote } from '../../src/manifest/note.ts'
import { type Policy, policyOfVkey } from '../../src/manifest/policy.ts'
import { formatTlogProof } from '../../src/manifest/proof.ts'
import { cosign, type Signer, signCheckpoint } from '../../src/manifest/signer.ts'
import { encodeStatement, parseStatement, type Statement } from '../../src/manifest/statement.ts'
import {
  encodeEntryBundle,
  entriesPath,
  entryBundlesBetween,
  hashAtFromTiles,
  tilePath,
  tilesOfTree,
} from '../../src/manifest/tiles.ts'
import type { ManifestSource } from '../../src/read/manifest-source.ts'
import { aGenesis, anIndex, CONTEXT, LOG, ORIGIN, sha256 } from './manifest-log.ts'

/** Files of a manifest directory by path, as a publisher with these keys would have written them, honest or not. */
export class WrittenManifest {
  readonly files: Map<string, Uint8Array> = new Map()
  readonly entries: Uint8Array[] = []
  private readonly state = memoryState()

  constructor(genesis: Statement = aGenesis()) {
    this.add(genesis)
  }

  get size(): number {
    return this.entries.length
  }

  /** Appends statements, or bytes as they are. */
  add(...statements: readonly (Statement | Uint8Array)[]): this {
    for (const statement of statements)
      this.entries.push(statement instanceof Uint8Array ? statement : encodeStatement(statement))
    this.fold()
    return this
  }

  /** Appends what a newer program would call critical: that program's index carries it in every shard. */
  addCritical(bytes: Uint8Array): this {
    this.add(bytes)
    const governance = JSON.parse(this.state.fact('governance') ?? '{}')
    governance.governing.push(this.size - 1)
    this.state.setFact('governance', JSON.stringify(governance))
    return this
  }

  /** Root of the log as it is now, hex. */
  root(): string {
    return Buffer.from(treeRoot(sha256, this.leaves())).toString('hex')
  }

  /** Appends the index and makes a head over everything. @param indexRoot - a lie, in hex, instead of the right root. */
  head(options: HeadOptions = {}): this {
    const index = this.writeIndex()
    this.add(anIndex({ ...index, ...(options.indexRoot === undefined ? {} : { root: options.indexRoot }) }))
    return this.sign(options)
  }

  /** Makes a head over what is there. */
  sign({ signers = [LOG], cosigners = [] }: HeadOptions = {}): this {
    const leaves = this.leaves()
    for (const [path, bytes] of tilesOfTree(sha256, leaves)) this.files.set(path, bytes)
    for (const { n, width } of entryBundlesBetween(0, this.size))
      this.files.set(entriesPath(n, width), encodeEntryBundle(this.entries.slice(n * 256, n * 256 + width)))
    const text = formatCheckpoint({ origin: ORIGIN, size: this.size, root: treeRoot(sha256, leaves) })
    const lines = [
      ...signers.map((signer) => signCheckpoint(text, signer)),
      ...cosigners.map(({ signer, time }) => cosign(text, signer, time)),
    ]
    const note = formatSignedNote(text, lines)
    this.files.set('checkpoint', note)
    this.files.set(`checkpoints/${this.size}`, note)
    this.files.set(indexReceiptPath(this.size - 1), this.receipt(this.size - 1))
    return this
  }

  /** A receipt for a statement under the newest head. */
  receipt(index: number): Uint8Array {
    const note = this.files.get('checkpoint') ?? new Uint8Array(0)
    const hashAt = hashAtFromTiles(sha256, this.size, (level, n) => this.tile(level, n))
    const path = inclusionPath(sha256, index, this.size, hashAt)
    return formatTlogProof({ extra: this.entries[index] ?? new Uint8Array(0), index, path, note })
  }

  /** Publishes a `policy/1` as a file, which the walk of the readers begins with. */
  policyFile(seq: number, statement: Statement): this {
    this.files.set(`policies/${seq}`, encodeStatement(statement))
    return this
  }

  /** The same files again, to be altered without altering these. */
  copy(): Map<string, Uint8Array> {
    return new Map([...this.files].map(([path, bytes]) => [path, Uint8Array.from(bytes)]))
  }

  private tile(level: number, n: number): Uint8Array | undefined {
    const width = Math.min(256, Math.floor(this.size / 256 ** level) - n * 256)
    return this.files.get(tilePath(level, n, width))
  }

  private leaves(): Uint8Array[] {
    return this.entries.map((bytes) => leafHash(sha256, bytes))
  }

  private fold(): void {
    const parsed = parseStatement(this.entries[0] ?? new Uint8Array(0))
    const known = parsed.kind === 'known' && parsed.statement.type === 'genesis/1' ? parsed.statement.logKeys : []
    const log = { size: this.size, entryBytes: (index: number) => this.entries[index] ?? new Uint8Array(0) }
    foldLog(this.state, log, { ...CONTEXT, logKeys: known })
  }

  private writeIndex(): { readonly size: number; readonly bits: number; readonly root: string } {
    const entryBytes = (index: number): Uint8Array => this.entries[index] ?? new Uint8Array(0)
    const log = { state: this.state, entryBytes, leafHashAt: (i: number) => leafHash(sha256, entryBytes(i)) }
    const files = buildIndex(log, this.size, sha256)
    for (let next = files.next(); ; next = files.next()) {
      if (next.done === true) return next.value
      this.files.set(next.value.path, next.value.bytes)
    }
  }
}

export interface HeadOptions {
  readonly signers?: readonly Signer[]
  readonly cosigners?: readonly { readonly signer: Signer; readonly time: number }[]
  readonly indexRoot?: string
}

/** Files in memory as a source that writes down what it was asked for, in order. */
export function memorySource(files: ReadonlyMap<string, Uint8Array>): ManifestSource & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    name: 'memory',
    gateway: undefined,
    asked,
    async read(path) {
      asked.push(path)
      return files.get(path)
    },
  }
}

/** Writes files below a directory. */
export function writeFiles(directory: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), bytes)
  }
}

/** The policy of a reader who knows one log key. */
export function policyOf(signer: Signer = LOG): Policy {
  return policyOfVkey(signer.key.text, sha256)
}
