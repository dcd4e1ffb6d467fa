/** SHA-256 of docs/spec/manifest-v1.md, which every genesis names as the rules it was made under; a test keeps the two equal. */
export const SPEC_SHA256: string = 'b137ab424fb8e72102a0343893e0a3bc651c0035a1c640ea52bea1f1187caf3b'
