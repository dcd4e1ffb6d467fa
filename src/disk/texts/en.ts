import type { DiskText } from '../texts.ts'

/** README.txt in English. */
export const readmeInEnglish: DiskText = ({ origin, vkey }) => `AN ARCHIVE ON A DISK

This disk carries the archive ${origin}, or a part of it: recordings, what is known of
them, and a signed list of all that the archive ever published. The program Holdfast wrote it.
You do not need Holdfast to check it or to use it.

TAKE CARE
  What is here may be dangerous to own in some places, for you and for the people in the recordings.
  Whoever finds the disk sees all of it: nothing on it is encrypted. Encrypt the whole disk if you can.
  Bundles may have been withdrawn since this disk was written. Before you show anything to others, look
  at a newer copy of the list, or ask the archive.

1. IS THE DISK WHOLE?
  Open a terminal in this directory and type
      sha256sum -c --quiet SHA256SUMS
  (on a Mac: shasum -a 256 -c --quiet SHA256SUMS). No output: every file is as it was written. Right after writing, a
  computer may answer from its memory: take the disk out and put it in again first.
  If there is no SHA256SUMS, writing was not finished. This finds accidents. It does not prove who
  wrote the disk: whoever can change a file can change SHA256SUMS, too.

2. WHAT IS IT?
  manifest/              the list: every statement that the archive made, in order
  manifest/checkpoint    its newest head: name of the list, number of statements, one hash over all of them,
                         then one line a signature
  cars/                  the recordings, one bundle in one or several files ROOT.1.car, ROOT.2.car ...
  policy.txt             whose signatures count, by the word of whoever wrote this disk

3. WHO SIGNED IT?
  The key of the archive, as the writer of this disk knows it, is
      ${vkey}
  Compare it, letter by letter, with the key that the archive gave you in another way: on paper, on its
  website, in person. A key that came with the disk proves nothing about the disk.
  The last part of the key is base64: one byte 01, then a 32-byte Ed25519 public key. The signature line
  in manifest/checkpoint is base64, too: 4 bytes that name the key, then 64 bytes of signature over the text
  above the empty line, with the line break at its end. Any Ed25519 tool can check that. Tools that know
  the format by name ("signed note", "C2SP tlog-checkpoint", "tlog-tiles") check the whole list.
  Lines of other keys are witnesses: others who saw the same list.

4. HOW TO GET AT THE RECORDINGS
  With any IPFS node (such as Kubo, https://docs.ipfs.tech), also without a network:
      ipfs dag import cars/*/*.car
  It prints the roots. A recording is then read by its root:
      ipfs get ROOT
  Do not let the node announce what it has if that is dangerous where you are:
      ipfs config Provide.Enabled --bool false
  An IPFS node checks every piece against its name, so what it gives out is what the name says.

5. WHICH RECORDING IS WHICH?
  The statements are text (JSON) in manifest/tile/entries/. Each "bundle/1" says: this root was at these
  addresses ("originals"), with these files, sizes and SHA-256. Search them for a part of the address:
      grep -a -r -o '"originals":[^]]*' manifest/tile/entries/ | less
  The archive says so. That the list was not changed since is what signatures and witnesses prove; that it was
  true is for you to judge. A statement "withdrawal/1" with the same "id" means: the archive took it back.

6. WITH HOLDFAST
  Hold it and give it on:   holdfast import DIRECTORY   (in the home of a mirror)
  Look something up:        holdfast lookup ADDRESS --manifest DIRECTORY --policy POLICY
  A mirror that takes this disk in leaves its signature in cosignatures/. Bring the disk back to the archive:
  it then knows, and can show to others, that you hold what it published.
`
