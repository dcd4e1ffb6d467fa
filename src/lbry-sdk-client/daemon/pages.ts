import { LbryDaemonError } from './errors.ts'
import { MAX_SEARCH_PAGE } from './hub-params.ts'
import type { Page } from './page.ts'

/** Items a page unless the caller says otherwise; the wallet's own lists have no upper limit (facts 1.3). */
const PAGE_SIZE = 200
/** Asked of a hub, whose lists belong to everybody and change all the time. */
const OF_THE_HUB: ReadonlySet<string> = new Set(['claim_search', 'collection_resolve'])

/**
 * @param fetchPage - asks for one page, with these inputs.
 * @throws {LbryDaemonError} `LBRY_LIST_CHANGED`; `LBRY_REPLY_MALFORMED` for another page than was asked for, which would
 *   otherwise go on for ever.
 */
export async function* listItems<Item>(
  method: string,
  params: object,
  fetchPage: (params: object) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  const ofTheHub = OF_THE_HUB.has(method)
  const sized = { page_size: ofTheHub ? MAX_SEARCH_PAGE : PAGE_SIZE, ...params }
  let total: number | undefined
  for (let page = 1; ; page += 1) {
    const got = await fetchPage({ ...sized, page })
    if (got.page !== page) throw new LbryDaemonError('LBRY_REPLY_MALFORMED', { method })
    if (!ofTheHub && page > 1 && got.total_items !== total) throw new LbryDaemonError('LBRY_LIST_CHANGED', { method })
    total = got.total_items
    yield* got.items
    if (got.items.length === 0 || (got.total_pages !== undefined && page >= got.total_pages)) return
  }
}
