import { bytesOf, readCases } from '../unit/manifest/vectors.ts'

/** Longer vectors are about limits, which repetition reaches too; as seeds they would make everything slow. */
const MAX_SEED_BYTES = 16 * 1024

/** The cases of test/vectors/tlog/NAME: each valid one four times, because changes of what is refused are mostly refused. */
export function tlogSeeds(name: string): readonly Uint8Array[] {
  return readCases(name)
    .filter((one) => bytesOf(one).length <= MAX_SEED_BYTES)
    .flatMap((one) => Array.from({ length: one.code === undefined ? 4 : 1 }, () => bytesOf(one)))
}
