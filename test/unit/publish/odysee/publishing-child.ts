import { readFileSync, writeFileSync } from 'node:fs'
import { openOdyseeTarget } from '../../../../src/publish/odysee/target.ts'
import type { Offer } from '../../../../src/publish/target.ts'
import { aStep, CHANNEL, FAST, TOKEN } from './an-odysee-world.ts'
import { aFileLedger } from './file-ledger.ts'

/** Publishes one offer to the fake at a URL, as a process that can be killed: `URL OFFER.json LEDGER.json OUTCOME.json`. */
const [url = '', offerPath = '', ledgerPath = '', outcomePath = ''] = process.argv.slice(2)
const offer = JSON.parse(readFileSync(offerPath, 'utf8')) as Offer
const timing = { ...FAST, firstPollMs: 5, pollMs: 5 }
const token = (): Promise<string> => Promise.resolve(TOKEN)
const target = openOdyseeTarget({ url, channel: CHANNEL, token, timing, chunkBytes: 65_536 })
await target.prepare(new AbortController().signal)
const outcome = await target.publish(offer, aStep(aFileLedger(ledgerPath)))
writeFileSync(outcomePath, JSON.stringify(outcome))
await target[Symbol.asyncDispose]()
