/** SHA-256 of docs/spec/manifest-v1.md, which every genesis names as the rules it was made under; a test keeps the two equal. */
export const SPEC_SHA256: string = '6325ba608b54b2289817d34f6b501fd40946d046a139a7e293b0d32d4777e55c'
