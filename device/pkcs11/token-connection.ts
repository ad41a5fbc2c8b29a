/**
 * One connection to a PKCS#11 token: module loaded, token found by its label, logged in. It is
 * single-use: after a failure it is closed and another one opened, because modules learn of tokens
 * that were plugged in again only when they are initialised anew. It knows nothing of card keys.
 */
import type { Handle, PKCS11 } from 'pkcs11js';
import { driverMissing, moduleFailed, pinRefused, tokenMissing } from './pkcs11-errors.ts';

export interface TokenAddress {
  /** Path of the token's own library, such as `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly module: string;
  /** The token's label. */
  readonly token: string;
  readonly pin: string;
}

export interface TokenConnection {
  readonly binding: Binding;
  readonly library: PKCS11;
  readonly session: Handle;
  close(): void;
}

export type Binding = typeof import('pkcs11js');

/**
 * Blocks the thread while the module opens the token.
 * @throws KeyStoreError; the module's own error when the token fails in between.
 */
export async function openToken({ module, token, pin }: TokenAddress): Promise<TokenConnection> {
  const binding = await loadBinding();
  const library = startModule(binding, module);
  try {
    const slot = slotOf(library, token);
    const session = library.C_OpenSession(slot, binding.CKF_SERIAL_SESSION);
    logIn({ binding, library, session }, token, pin);
    return { binding, library, session, close: () => stopModule(library) };
  } catch (error) {
    stopModule(library);
    throw error;
  }
}

async function loadBinding(): Promise<Binding> {
  try {
    // A CommonJS package whose constants only its default export has.
    const { default: binding }: { default?: Binding } = await import('pkcs11js');
    if (binding === undefined) throw new Error('it exports nothing');
    return binding;
  } catch (error) {
    throw driverMissing(error);
  }
}

function startModule(binding: Binding, module: string): PKCS11 {
  const library = new binding.PKCS11();
  try {
    library.load(module);
    // The binding calls the module from a thread of its own.
    library.C_Initialize({ flags: binding.CKF_OS_LOCKING_OK });
    return library;
  } catch (error) {
    throw moduleFailed(module, error);
  }
}

function slotOf(library: PKCS11, token: string): Handle {
  const slots = library
    .C_GetSlotList(true)
    .map((slot) => ({ slot, label: library.C_GetTokenInfo(slot).label.trimEnd() }));
  const found = slots.find(({ label }) => label === token);
  if (found !== undefined) return found.slot;
  throw tokenMissing(
    token,
    slots.map(({ label }) => label).filter((label) => label !== ''),
  );
}

function logIn(
  { binding, library, session }: Omit<TokenConnection, 'close'>,
  token: string,
  pin: string,
): void {
  try {
    library.C_Login(session, binding.CKU_USER, pin);
  } catch (error) {
    const refusals = [
      binding.CKR_PIN_INCORRECT,
      binding.CKR_PIN_INVALID,
      binding.CKR_PIN_LEN_RANGE,
      binding.CKR_PIN_EXPIRED,
      binding.CKR_PIN_LOCKED,
      binding.CKR_USER_PIN_NOT_INITIALIZED,
    ];
    const code = error instanceof binding.Pkcs11Error ? error.code : undefined;
    throw code !== undefined && refusals.includes(code) ? pinRefused(token, error) : error;
  }
}

/** Ends every session of this process with the module, and with them the login. */
function stopModule(library: PKCS11): void {
  try {
    library.C_Finalize();
  } catch {
    // A token that is gone cannot take its leave; the library is unloaded all the same.
  }
  library.close();
}
