/** SHA-256 of docs/spec/manifest-v1.md, which every genesis names as the rules it was made under; a test keeps the two equal. */
export const SPEC_SHA256: string = '6c73175ffb19589527608e0afc57f30b08a8f59f4aee2c270fc4874f038632e0'
