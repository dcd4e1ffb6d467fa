/** The hub gives no more at once; source: `claim_search` of the LBRY SDK, `page_size` ≤ 50. */
const PAGE = 50
/** Hubs give up deep in a list, so that it is read in windows of so many pages, by height. */
const PAGES = 20
/** For 200,000 claims, more than a channel has; a hub without an end is not read for ever. */
const MOST_PAGES = 4_000

/** The part of `claim_search` that says which page of which window is meant. */
export interface HeightWindow {
  /** `>=N`. */
  readonly height: string
  readonly page: number
  readonly page_size: number
}

/**
 * All that a search finds, in the order of its height, so that what is new moves nothing to another page. Where a window
 * ends, what is at its last height comes again.
 */
export async function* byHeight<Found extends { readonly height?: number | undefined }>(
  search: (window: HeightWindow) => Promise<readonly Found[]>,
): AsyncGenerator<Found, void, undefined> {
  for (let from = 0, page = 1, asked = 0; asked < MOST_PAGES; asked += 1) {
    const found = await search({ height: `>=${from}`, page, page_size: PAGE })
    yield* found
    if (found.length < PAGE) return
    // A block with more claims of one channel than a window holds does not exist; the next height ends the list all the same.
    if (page === PAGES) from = Math.max(found.at(-1)?.height ?? from, from + 1)
    page = page === PAGES ? 1 : page + 1
  }
}
