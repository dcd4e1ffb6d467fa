/** SHA-256 of docs/spec/manifest-v1.md, which every genesis names as the rules it was made under; a test keeps the two equal. */
export const SPEC_SHA256: string = 'cb81ac725304577c213b591784b3d0a00d12b113276ccf185cbf329400f7781b'
