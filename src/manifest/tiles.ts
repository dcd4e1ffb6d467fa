/** The one door to tiles: how they are laid out, what entry bundles look like, what can be proven from them. */
export { decodeEntryBundle, encodeEntryBundle } from './entry-bundle.ts'
export {
  entriesPath,
  entryBundlesBetween,
  fullTileHash,
  joinHashes,
  splitHashes,
  TILE_WIDTH,
  type Tile,
  tileAt,
  tilePath,
  tilesBetween,
  tilesOf,
  tilesOfTree,
} from './tile-layout.ts'
export {
  hashAtFromTiles,
  type TileSource,
  tilesForConsistency,
  tilesForInclusion,
  tilesForRoot,
  verifyTilesAgainstRoot,
} from './tile-proofs.ts'
