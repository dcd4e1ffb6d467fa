import { parseArgs } from 'node:util'
import { aLbryDaemon } from './lbry-daemon.ts'
import { cutInTheMiddle, droppedAfter, droppedBefore, htmlPage, notJson, wrongType } from './lbry-faults.ts'

/**
 * The fake daemon as a process of its own, for people who try things and for tests that kill everything else:
 *
 *     node test/fakes/lbry-daemon-process.ts --funds 10.0 --channel @archive --blocks 5 --faults 0.3
 *
 * Its first line is its URL. It is not a real daemon: nothing that it is told leaves this computer, and its LBC are none.
 */
const { values } = parseArgs({
  options: {
    /** LBC in the wallet. */
    funds: { type: 'string', default: '10.0' },
    /** A channel that is there from the beginning. */
    channel: { type: 'string', default: '' },
    /** Seconds between blocks; 0 for none. */
    blocks: { type: 'string', default: '5' },
    /** How many of the calls go wrong, of 1. */
    faults: { type: 'string', default: '0' },
    /** Most transactions in a row before a block; 0 for no limit. */
    chain: { type: 'string', default: '25' },
  },
})
const FAULTS = [droppedAfter, droppedBefore, cutInTheMiddle, htmlPage, notJson, wrongType]

const daemon = await aLbryDaemon()
daemon.wallet.fund(values.funds)
if (values.channel !== '')
  await daemon.methods.answer('channel_create', { name: values.channel, bid: '0.01', blocking: true })
daemon.wallet.mine(1)
if (Number(values.chain) > 0) daemon.wallet.chainLimit = Number(values.chain)
const rate = Number(values.faults)
if (rate > 0)
  daemon.misbehave(() => (Math.random() < rate ? FAULTS[Math.floor(Math.random() * FAULTS.length)] : undefined))
if (Number(values.blocks) > 0) setInterval(() => daemon.wallet.mine(1), Number(values.blocks) * 1_000)
process.stdout.write(`${daemon.url}\n`)
