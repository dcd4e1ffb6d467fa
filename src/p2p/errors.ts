import { HoldfastError } from '../model/errors.ts'

export const P2P_ERROR_CODES = [
  'P2P_ADDRESS_INVALID',
  'P2P_REMOTE_REFUSED',
  'P2P_PROXY_REFUSED',
  'P2P_START_FAILED',
  'P2P_ENDED',
  'PEER_ADDRESS_INVALID',
  'PEER_UNREACHABLE',
  'PEER_MISBEHAVES',
] as const
export type P2pErrorCode = (typeof P2P_ERROR_CODES)[number]

/** The libp2p node cannot be started as it was asked for or has ended by itself; a peer cannot be asked, or does not answer as it must. */
export class P2pError extends HoldfastError<P2pErrorCode> {
  override name = 'P2pError' as const
}
