import { fuzzed } from './fuzzed.ts'
import { bitswap } from './parsers/bitswap.ts'
import { car } from './parsers/car.ts'
import { gatewayDag } from './parsers/gateway-dag.ts'
import { gatewayRequest } from './parsers/gateway-request.ts'
import { unixfs } from './parsers/unixfs.ts'

fuzzed('content', [car, unixfs, gatewayRequest, gatewayDag, bitswap])
