import { formatLbc, parseLbc } from '../lbry-sdk-client/daemon/amounts.ts'

/** Sum of two amounts of LBC, exact. */
export function addLbc(one: string, other: string): string {
  return formatLbc(parseLbc(one) + parseLbc(other))
}
