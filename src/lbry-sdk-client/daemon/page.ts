import * as v from 'valibot'
import { type Output, output } from './output.ts'

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** From 1. */
  readonly page: number
  readonly page_size: number
  /** Absent when the call said `no_totals`. */
  readonly total_items?: number
  readonly total_pages?: number
}

const int = v.pipe(v.number(), v.integer())
const whole = v.exactOptional(int)

export function pageOf<Item>(item: v.GenericSchema<unknown, Item>): v.GenericSchema<unknown, Page<Item>> {
  return v.object({
    items: v.array(item),
    page: v.pipe(int, v.minValue(1)),
    page_size: v.pipe(int, v.minValue(0)),
    total_items: whole,
    total_pages: whole,
  })
}

export const outputs: v.GenericSchema<unknown, Page<Output>> = pageOf(output)
