import { Upload, type UploadOptions } from 'tus-js-client'
import type { Offer } from '../target.ts'
import type { UploadLeave } from './asynqueries.ts'
import type { Answer } from './exchange.ts'
import type { PassingFile } from './passing-file.ts'
import type { Service } from './service.ts'
import { parseUploadUrl } from './service-url.ts'
import { tusStack } from './tus-stack.ts'
import { causeOf, isWorthRepeating, OtherUpload, statusOf, UploadAnswerUnknown, uploadError } from './upload-faults.ts'

/** For a step that makes room and sends nothing. */
const NO_FILE = {
  size: 0,
  slice: () => Promise.reject(new RangeError('nothing is to be sent')),
  close: () => undefined,
}

export interface UploadStep {
  readonly signal: AbortSignal
  onProgress(doneBytes: number, totalBytes: number): void
}

/**
 * Makes room for an upload, and sends nothing of the file.
 *
 * @returns its address, which belongs into the ledger before a byte is sent.
 * @throws {PublishError}
 */
export async function beginUpload(
  service: Service,
  leave: UploadLeave,
  offer: Pick<Offer, 'bytes' | 'publicName' | 'mediaType'>,
  signal: AbortSignal,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const upload = newUpload(service, offer.bytes, leave.jwt, signal, {
    endpoint: leave.location.href,
    // The only name that is told: see `Offer.publicName`.
    metadata: { filename: offer.publicName, filetype: offer.mediaType },
    onUploadUrlAvailable() {
      // Or else it would go on and send.
      void upload.abort()
      resolve(upload.url ?? '')
    },
    onError: reject,
  })
  upload.start()
  const url = await untilAborted(upload, promise, signal).catch((error: unknown) => {
    throw uploadError(error)
  })
  return parseUploadUrl(url, service.asynqueries)
}

/** How sending went: `gone` when the service no longer knows the upload, `expired` when the leave has ended. */
export type Sent = 'done' | 'gone' | 'expired'

/**
 * Sends what the service does not have yet.
 *
 * @throws {PublishError}
 * @throws {LbryStreamError} when the file cannot be read.
 */
export async function sendUpload(
  service: Service,
  {
    jwt,
    url,
    file,
    bytes,
  }: { readonly jwt: string; readonly url: string; readonly file: PassingFile; readonly bytes: number },
  { signal, onProgress }: UploadStep,
): Promise<Sent> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let start = 0
  const slice = (from: number, to: number): Promise<{ value: unknown; done: boolean }> => {
    start = from
    const part = file.part(from, to)
    // `size` is what the library asks of a value.
    return Promise.resolve({ value: { ...part, size: part.bytes }, done: to >= bytes })
  }
  const upload = newUpload(service, bytes, jwt, signal, {
    uploadUrl: url,
    chunkSize: service.chunkBytes,
    fileReader: { openFile: () => Promise.resolve({ size: bytes, slice, close: () => undefined }) },
    onSuccess: () => resolve(),
    onError: reject,
    httpStack: tusStack({
      ...{ dispatcher: service.dispatcher, stallMs: service.timing.stallMs, signal },
      check: (method, answer) => checkOffset(method, answer, start, bytes),
      onSent: (sent) => onProgress(Math.min(start + sent, bytes), bytes),
    }),
  })
  upload.start()
  try {
    await untilAborted(upload, promise, signal)
    return 'done'
  } catch (error) {
    const status = statusOf(error)
    if (status === 401) return 'expired'
    if (status === 404 || status === 410 || causeOf(error) instanceof OtherUpload) return 'gone'
    throw uploadError(error)
  }
}

function newUpload(
  service: Service,
  bytes: number,
  jwt: string,
  signal: AbortSignal,
  options: Partial<UploadOptions>,
): Upload {
  const { dispatcher, timing } = service
  const stack = tusStack({
    ...{ dispatcher, stallMs: timing.stallMs, signal },
    check: () => undefined,
    onSent: () => undefined,
  })
  return new Upload(Buffer.alloc(0), {
    httpStack: stack,
    fileReader: { openFile: () => Promise.resolve(NO_FILE) },
    uploadSize: bytes,
    headers: { Authorization: `Bearer ${jwt}` },
    retryDelays: [...timing.uploadRetryMs],
    onShouldRetry: isWorthRepeating,
    storeFingerprintForResuming: false,
    fingerprint: () => Promise.resolve(''),
    ...options,
  })
}

/** A place that nobody can have reached would make the library send for ever, or never. */
function checkOffset(method: string, answer: Answer, start: number, bytes: number): void {
  if (answer.status < 200 || answer.status > 299) return
  const offset = Number(answer.header('upload-offset'))
  if (method === 'HEAD' && Number(answer.header('upload-length')) !== bytes) throw new OtherUpload()
  const least = method === 'HEAD' ? 0 : start + 1
  if (!Number.isSafeInteger(offset) || offset < least || offset > bytes) throw new UploadAnswerUnknown()
}

async function untilAborted<T>(upload: Upload, promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const stop = (): void => {
    void upload.abort()
    reject(signal.reason)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
