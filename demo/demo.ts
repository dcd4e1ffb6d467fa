/**
 * The main job on the archive that comes with the project, told command by command: `npm run demo`. Every line that is printed
 * was checked before; the first thing that is not as told ends the demo with exit 1.
 */
import assert from 'node:assert/strict'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes } from '../src/cli/report/format.ts'
import { openFakeDaemon, publishCopies } from './copies.ts'
import { beginMirror, obeyWithdrawal, outlivePublisher } from './mirror.ts'
import { personAt } from './program.ts'
import { DEAD_LINK, publishArchive } from './publisher.ts'
import { checkReceipt, findAndFetch, findNothing, findWithdrawn } from './reader.ts'
import { heading, lesson, openStage, type Stage, tell } from './stage.ts'

async function demo(stage: Stage): Promise<void> {
  const here = await stage.room('publisher')
  const there = await stage.room('reader')
  const elsewhere = await stage.room('mirror')
  const publisher = personAt(here, stage.signal)
  const reader = personAt(there, stage.signal)
  const mirror = personAt(elsewhere, stage.signal)

  heading('THE PUBLISHER has a folder that yt-dlp left behind.')
  await publishArchive(publisher, here)
  heading('THE PUBLISHER also has an audience on Odysee, and brings copies to LBRY.')
  await using daemon = await openFakeDaemon()
  await publishCopies(publisher, daemon)
  const receipt = join(here, 'receipt.tlog-proof')
  const made = (await publisher.holdfast(0, 'prove', DEAD_LINK, '--home', 'home', '-o', receipt)).one('done')
  tell(
    `holdfast prove ${DEAD_LINK} -o receipt.tlog-proof`,
    `A receipt of ${formatBytes(Number(made['bytes']))}, to hand to somebody.`,
  )
  {
    await using server = await publisher.serve('--home', 'home', '--listen', '127.0.0.1:0')
    tell('holdfast serve', `${server.url}, on this computer alone.`)

    await copyFile(receipt, join(there, 'receipt.tlog-proof'))
    await copyFile(join(here, 'home/policy.txt'), join(there, 'policy.txt'))
    heading(`SOMEBODY ELSE has a dead link, a receipt and policy.txt; --manifest ${server.url} --policy policy.txt`)
    const found = await findAndFetch(reader, there, server.url)
    await checkReceipt(reader, there, found)
    await findNothing(reader, server.url)

    heading('A VOLUNTEER elsewhere wants to help, and has the same address and the same policy.')
    await copyFile(join(here, 'home/policy.txt'), join(elsewhere, 'policy.txt'))
    await beginMirror(mirror, server.url)

    heading('THE PUBLISHER is asked to take it back, while the server runs; then somebody else asks again.')
    const withdrawn = await publisher.holdfast(0, 'withdraw', found.id, '--home', 'home')
    assert.equal(withdrawn.one('withdrawn').id, found.id)
    assert.equal(withdrawn.one('takenBack').target, 'lbry')
    tell(
      `holdfast withdraw ${found.id}`,
      'Serving stopped first, then it was recorded; mirrors see it in the log. Its claim on the fake LBRY was abandoned.',
    )
    await findWithdrawn(reader, there, server.url, found)
    lesson('What was fetched before stays where it is, and so does its receipt: no withdrawal takes back a copy.')
    await obeyWithdrawal(mirror)
  }

  heading('THE PUBLISHER is gone: the server is off, and its computer was taken. The reader asks the mirror.')
  await outlivePublisher(mirror, reader, join(here, 'home'))
}

const startedAt = performance.now()
{
  await using stage = await openStage()
  try {
    await demo(stage)
    process.stdout.write(
      `All as told, in ${((performance.now() - startedAt) / 1000).toFixed(0)} s. Nothing is left behind.\n`,
    )
  } catch (error) {
    const stopped = stage.signal.aborted
    process.stderr.write(
      stopped
        ? 'The demo was stopped.\n'
        : `The demo failed: ${error instanceof Error ? error.message : String(error)}\n`,
    )
    process.exitCode = stopped ? 130 : 1
  }
}
