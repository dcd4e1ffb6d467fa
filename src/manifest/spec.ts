/** SHA-256 of docs/spec/manifest-v1.md, which every genesis names as the rules it was made under; a test keeps the two equal. */
export const SPEC_SHA256: string = 'ae28236bd0c90e21229f9ef2d7ddcfc27b61b603145d1b7768a8a8ca369094c2'
