import { IntakeError } from '../../errors.ts'
import type { WalkedFile } from '../../layout.ts'
import { nameOf } from '../../walk.ts'

/** A list of 300,000 ids; the answer only makes a reason clearer, so larger files are not read for it. */
const MAX_BYTES = 8_388_608

/** True for the file of `--download-archive`: lines of an extractor's name in lower case, a space and an id. */
export async function isDownloadArchive(file: WalkedFile): Promise<boolean> {
  if (!/(\.txt|\.archive|^[^.]+)$/i.test(nameOf(file)) || file.size === 0 || file.size > MAX_BYTES) return false
  try {
    const text = new TextDecoder().decode(await file.read(MAX_BYTES))
    const lines = text
      .slice(0, 20_000)
      .split(/\r?\n/, 100)
      .filter((line) => line !== '')
    // The last line of the sample may be cut.
    return lines.slice(0, Math.max(1, lines.length - 1)).every((line) => /^[a-z0-9_.:+-]{2,64} \S{1,512}$/.test(line))
  } catch (error) {
    if (error instanceof IntakeError) return false
    throw error
  }
}
