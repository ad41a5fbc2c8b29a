/**
 * A key store in a PKCS#11 token: HSM, smart card or SoftHSM. Opened at its first use, kept open;
 * a token that was pulled out is opened again once for each card key that is asked for. A module
 * serves one process as a whole: there is one such store in a process.
 */
import { type KeyStore, KeyStoreError } from '../key-store.ts';
import { diversificationInput, diversify } from './diversification.ts';
import { findMasterKey, type MasterKey } from './master-keys.ts';
import { tokenFailed } from './pkcs11-errors.ts';
import { openToken, type TokenAddress, type TokenConnection } from './token-connection.ts';

export interface Pkcs11KeyStore extends KeyStore, AsyncDisposable {
  /** Opens the token now, so that faults show before the first card. @throws KeyStoreError */
  open(): Promise<void>;
}

interface OpenToken {
  readonly connection: TokenConnection;
  /** By label; no more than the token has keys. */
  readonly masterKeys: Map<string, MasterKey>;
}

export function createPkcs11KeyStore(address: TokenAddress): Pkcs11KeyStore {
  const inTurn = createTurns();
  let current: OpenToken | undefined;
  let refusal: KeyStoreError | undefined;

  function close(): void {
    current?.connection.close();
    current = undefined;
  }

  async function opened(): Promise<OpenToken> {
    // A wrong PIN is offered once: cards must not count the token's tries down until it locks.
    if (refusal !== undefined) throw refusal;
    try {
      current ??= { connection: await openToken(address), masterKeys: new Map() };
      return current;
    } catch (error) {
      if (error instanceof KeyStoreError && error.code === 'key-store/pin-refused') refusal = error;
      throw error;
    }
  }

  async function attempt<T>(use: (token: OpenToken) => Promise<T>): Promise<T> {
    try {
      return await use(await opened());
    } catch (error) {
      // What the module itself says puts the session in doubt; our own complaints do not.
      if (!(error instanceof KeyStoreError)) close();
      throw error;
    }
  }

  async function twice<T>(use: (token: OpenToken) => Promise<T>): Promise<T> {
    try {
      return await attempt(use).catch((error: unknown) => {
        if (error instanceof KeyStoreError) throw error;
        return attempt(use);
      });
    } catch (error) {
      throw error instanceof KeyStoreError ? error : tokenFailed(address.token, error);
    }
  }

  return {
    open: () => inTurn(() => twice(async () => {})),
    cardKey: async (key, version, diversification) => {
      const input = diversificationInput(diversification);
      return inTurn(() =>
        twice(async (token) => {
          const master = await masterKey(token, `${key}/${version}`);
          return master && diversify(master.encrypt, master.zero, input);
        }),
      );
    },
    [Symbol.asyncDispose]: () => inTurn(async () => close()),
  };
}

async function masterKey(
  { connection, masterKeys }: OpenToken,
  label: string,
): Promise<MasterKey | undefined> {
  const known = masterKeys.get(label);
  if (known !== undefined) return known;
  const found = await findMasterKey(connection, label);
  if (found !== undefined) masterKeys.set(label, found);
  return found;
}

/** One after the other: a PKCS#11 session has one operation under way at a time. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };
}
