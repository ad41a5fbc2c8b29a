/** What can fail between here and a master key, each with what the technician does about it. */
import { KeyStoreError } from '../key-store.ts';
import { messageOf } from '../message-of.ts';

export function driverMissing(cause: unknown): KeyStoreError {
  return new KeyStoreError(
    'key-store/driver-missing',
    `pkcs11js could not be loaded: ${messageOf(cause)}`,
    'Install a compiler with "apt-get install build-essential python3" and run scripts/setup.',
    cause,
  );
}

export function moduleFailed(module: string, cause: unknown): KeyStoreError {
  return new KeyStoreError(
    'key-store/module-failed',
    `the PKCS#11 module ${module} does not start: ${messageOf(cause)}`,
    'Correct the path of the module; SoftHSM has /usr/lib/softhsm/libsofthsm2.so.',
    cause,
  );
}

export function tokenMissing(token: string, present: readonly string[]): KeyStoreError {
  const others = present.length === 0 ? 'no token at all' : `only ${present.join(', ')}`;
  return new KeyStoreError(
    'key-store/token-missing',
    `no token has the label ${token}: there is ${others}`,
    'Plug the token in, or correct its label: "pkcs11-tool --module MODULE --list-slots" shows it.',
  );
}

export function pinRefused(token: string, cause: unknown): KeyStoreError {
  return new KeyStoreError(
    'key-store/pin-refused',
    `the token ${token} refused the PIN: ${messageOf(cause)}`,
    'Correct the PIN and start again; a locked token needs its SO PIN to set a new one.',
    cause,
  );
}

export function keyUnfit(label: string, complaint: string): KeyStoreError {
  return new KeyStoreError(
    'key-store/key-unfit',
    `the token's key ${label} ${complaint}`,
    'Delete it and load it again as docs/card-keys.md tells.',
  );
}

export function tokenFailed(token: string, cause: unknown): KeyStoreError {
  return new KeyStoreError(
    'key-store/failed',
    `the token ${token} failed: ${messageOf(cause)}`,
    'Unplug the token and plug it in again; it is opened again at the next card.',
    cause,
  );
}
