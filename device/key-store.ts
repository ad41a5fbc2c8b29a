/**
 * The port behind which card keys lie: a file of test keys, or a PKCS#11 token. Master keys stay
 * inside; what comes out is the key of the one card that is in the field.
 */
export interface KeyStore {
  /**
   * Diversifies a master key for one card: AES-128 by NXP AN10922 §2.2.
   * @param key name of the master key, 1 to 32 characters. @param version 0 to 255.
   * @param diversification 1 to 31 bytes: UID, application id, system identifier.
   * @returns 16 bytes; undefined when the store has no master key of that name and version.
   * @throws KeyStoreError when the store fails; RangeError for a diversification of another length.
   */
  cardKey(
    key: string,
    version: number,
    diversification: Uint8Array,
  ): Promise<Uint8Array | undefined>;
}

export type KeyStoreErrorCode =
  /** The PKCS#11 binding is not installed or not compiled. */
  | 'key-store/driver-missing'
  /** The token's own library is not there, or cannot be loaded or initialised. */
  | 'key-store/module-failed'
  | 'key-store/token-missing'
  /** Not tried again in this process: a token locks itself after a few wrong PINs. */
  | 'key-store/pin-refused'
  /** A master key is there but could leave the token, is open to everyone, or is no AES-128 key. */
  | 'key-store/key-unfit'
  /** The token failed while in use; the next card key opens it again. */
  | 'key-store/failed';

/** The key store failing: a code for programs, a hint for the technician. */
export class KeyStoreError extends Error {
  readonly code: KeyStoreErrorCode;
  readonly hint: string;

  constructor(code: KeyStoreErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'KeyStoreError';
    this.code = code;
    this.hint = hint;
  }
}
