/**
 * The master keys of one connection: AES-128 secret keys labelled `name/version`, such as
 * `transit-2/1`, that the token gives to nobody. What could leave it is refused here, so that a key
 * loaded the wrong way shows at the depot and not in the wrong hands.
 */
import type { Handle, Template } from 'pkcs11js';
import { type CbcCipher, cipheredZero } from './diversification.ts';
import { keyUnfit } from './pkcs11-errors.ts';
import type { TokenConnection } from './token-connection.ts';

export interface MasterKey {
  readonly encrypt: CbcCipher;
  /** The cipher of a zero block, asked of the token once. */
  readonly zero: Uint8Array;
}

/** @returns undefined when there is none. @throws KeyStoreError, and what the module says. */
export async function findMasterKey(
  connection: TokenConnection,
  label: string,
): Promise<MasterKey | undefined> {
  const [handle, second] = objectsOf(connection, label);
  if (handle === undefined) return undefined;
  if (second !== undefined) throw keyUnfit(label, 'is there twice');
  const complaint = complaintOf(connection, handle);
  if (complaint !== undefined) throw keyUnfit(label, complaint);
  const encrypt = cipherOf(connection, handle);
  return { encrypt, zero: await cipheredZero(encrypt) };
}

function objectsOf({ binding, library, session }: TokenConnection, label: string): Handle[] {
  const template: Template = [
    { type: binding.CKA_CLASS, value: binding.CKO_SECRET_KEY },
    { type: binding.CKA_KEY_TYPE, value: binding.CKK_AES },
    { type: binding.CKA_LABEL, value: label },
  ];
  library.C_FindObjectsInit(session, template);
  try {
    return library.C_FindObjects(session, 2);
  } finally {
    library.C_FindObjectsFinal(session);
  }
}

function complaintOf(connection: TokenConnection, key: Handle): string | undefined {
  const { binding, library, session } = connection;
  const [bytes, isSensitive, isExtractable, isPrivate] = library
    .C_GetAttributeValue(session, key, [
      { type: binding.CKA_VALUE_LEN },
      { type: binding.CKA_SENSITIVE },
      { type: binding.CKA_EXTRACTABLE },
      { type: binding.CKA_PRIVATE },
    ])
    .map(({ value }) => value[0]);
  if (bytes !== 16) return 'is no AES-128 key';
  if (isSensitive === 0 || isExtractable !== 0) return 'could leave the token';
  return isPrivate === 0 ? 'can be used without the PIN' : undefined;
}

function cipherOf({ binding, library, session }: TokenConnection, key: Handle): CbcCipher {
  const mechanism = { mechanism: binding.CKM_AES_CBC, parameter: Buffer.alloc(16) };
  return async (plain) => {
    const input = Buffer.from(plain);
    library.C_EncryptInit(session, mechanism, key);
    const output = await library.C_EncryptAsync(session, input, Buffer.alloc(input.length));
    // The binding's thread holds no reference to its input: this use is what keeps it alive.
    input.fill(0);
    return output;
  };
}
