import { cidText } from '../model/content-id.ts'
import { answerBytes } from './answer-bytes.ts'
import { ViewError } from './errors.ts'
import { contentHeaders, downloadHeaders, type GatewayRequest, verifiableHeaders } from './gateway-request.ts'
import { RAW_CONTENT_TYPE } from './response-format.ts'

/** One block as it is. Source: trustless-gateway, "Block Responses". */
export async function answerRaw(request: GatewayRequest): Promise<Response> {
  const { root, segments } = request.path
  if (segments.length > 0)
    throw new ViewError('REQUEST_MALFORMED', 'a raw block is asked for by its own CID, without a path')
  const name = cidText(root)
  const block = await request.read(root)
  return await answerBytes(request, {
    etag: `"${name}.raw"`,
    size: block.length,
    headers: {
      ...contentHeaders(request, [root]),
      ...verifiableHeaders(request, { format: 'raw', contentType: RAW_CONTENT_TYPE }),
      ...downloadHeaders(request, `${name}.bin`),
    },
    open: async ({ start, end }) => block.subarray(start, end),
  })
}
