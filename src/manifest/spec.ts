/** SHA-256 of docs/spec/manifest-v1.md, which every genesis names as the rules it was made under; a test keeps the two equal. */
export const SPEC_SHA256: string = '37feff3f20b28bc8a825b1c3c307611235acc62ede7c8d2c57826d266e945bef'
