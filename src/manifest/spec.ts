/** SHA-256 of docs/spec/manifest-v1.md, which every genesis names as the rules it was made under; a test keeps the two equal. */
export const SPEC_SHA256: string = '5c707d4e5f477436ec6721e9396fe000f8710270023fce36ac70bcddb435260d'
