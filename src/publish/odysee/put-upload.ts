import { PublishError } from '../errors.ts'
import type { Offer } from '../target.ts'
import { askUploadLeave } from './asynqueries.ts'
import { assertOurBytes, fileStamp, otherBytes } from './file-stamp.ts'
import type { Notes } from './notes.ts'
import type { Odysee } from './odysee.ts'
import { openPassingFile } from './passing-file.ts'
import { parseUploadUrl } from './service-url.ts'
import { beginUpload, sendUpload, type UploadStep } from './upload.ts'

/** Leaves and places that one run uses up before it gives the item to the next. */
const MAX_ATTEMPTS = 4

/**
 * Brings the file to the service, going on with what an earlier run sent.
 *
 * @returns the address of an upload that holds exactly the bytes of the offer.
 * @throws {PublishError}
 * @throws {LbryStreamError} when the file is not the one any more, or cannot be read.
 */
export async function putUpload(odysee: Odysee, offer: Offer, notes: Notes, step: UploadStep): Promise<string> {
  const done = finishedUpload(odysee, offer, notes)
  if (done !== undefined) return done
  const stamp = await fileStamp(offer.localPath)
  await assertOurBytes(offer, step.signal)
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const leave = await askUploadLeave(odysee, step.signal)
    const known = unfinishedUpload(odysee, offer, notes, stamp)
    const url = known ?? (await beginUpload(odysee, leave, offer, step.signal))
    if (known === undefined)
      notes.write({ uploadUrl: url, uploadOf: offer.sourceHash, uploadStamp: stamp, isUploaded: undefined })
    await using file = await openPassingFile(offer.localPath, offer.bytes)
    const sent = await sendUpload(odysee, { jwt: leave.jwt, url, file, bytes: offer.bytes }, step)
    if (sent === 'gone') notes.write({ uploadUrl: undefined })
    if (sent !== 'done') continue
    if ((await file.finish(step.signal)) !== offer.sourceHash) {
      notes.write({ uploadUrl: undefined })
      throw otherBytes()
    }
    notes.write({ isUploaded: true })
    return url
  }
  throw new PublishError('TARGET_NOT_READY', 'Odysee takes leave and place for the upload back before it is done', {
    hint: 'publish again later: it goes on where it stopped',
  })
}

function finishedUpload(odysee: Odysee, offer: Offer, { begun }: Notes): string | undefined {
  if (begun.isUploaded !== true || begun.uploadOf !== offer.sourceHash || begun.uploadUrl === undefined)
    return undefined
  return parseUploadUrl(begun.uploadUrl, odysee.asynqueries)
}

/** One that was begun with other bytes, or a file that was written to since, is left to the service to forget. */
function unfinishedUpload(odysee: Odysee, offer: Offer, { begun }: Notes, stamp: string): string | undefined {
  const { uploadUrl, uploadOf, uploadStamp } = begun
  if (uploadUrl === undefined || uploadOf !== offer.sourceHash || uploadStamp !== stamp) return undefined
  return parseUploadUrl(uploadUrl, odysee.asynqueries)
}
