/** Prepares what a depot would: certificates, keys, rules and a device configuration, in a folder. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Entropy } from '../../device/clock.ts';
import { hex } from '../../src/core/bytes.ts';
import { type Ed25519PrivateKey, ed25519PrivateKey } from '../../src/core/crypto/ed25519.ts';
import { createKeyedHash, type KeyedHash } from '../../src/core/crypto/keyed-hash.ts';
import { x25519PrivateKey } from '../../src/core/crypto/x25519.ts';
import { writeTestKeys } from '../card-keys.ts';
import { writeSemarangRules } from '../city.ts';
import { makeTestCertificates, type TestCertificates } from '../test-certificates.ts';
import { createTicketOffice, type TicketOffice } from '../ticket-office.ts';

export interface Workshop {
  readonly device: string;
  readonly office: TicketOffice;
  /** Of someone who is not trusted: forged tickets come from there. */
  readonly forger: TicketOffice;
  readonly receiptKey: Ed25519PrivateKey;
  /** As the device makes them. */
  readonly keyed: KeyedHash;
  readonly certificates: TestCertificates;
  readonly scannerPath: string;
  /** The office's key, for `halte mint ticket`. */
  readonly ticketKeyFile: string;
  /** Test keys of the transit cards that the device takes. */
  readonly cardKeyFile: string;
  /** Test key that opens what the device seals. */
  readonly sealingKeyFile: string;
  /** Test key of the backend, by which it signs receipts. */
  readonly receiptKeyFile: string;
  /** Writes the device's configuration. @returns its path. */
  configure(backendUrl: string, readers: { readonly pcsc: boolean }): string;
}

const device = 'demo-bus-1';

/** @param now milliseconds since 1970. */
export async function openWorkshop(
  folder: string,
  entropy: Entropy,
  now: number,
): Promise<Workshop> {
  const ticketSeed = entropy.bytes(32);
  const office = createTicketOffice(entropy, 'trans-semarang', {
    key: ed25519PrivateKey(ticketSeed),
  });
  const identifierKey = entropy.bytes(32);
  const sealingSeed = entropy.bytes(32);
  const sealingKey = x25519PrivateKey(sealingSeed);
  const receiptSeed = entropy.bytes(32);
  const receiptKey = ed25519PrivateKey(receiptSeed);
  const certificates = await makeTestCertificates(now);
  const { cert, key } = await certificates.device(device);
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const scannerPath = join(folder, 'scanner');
  put('ca.pem', certificates.ca);
  put('device.pem', cert);
  put('device.key', key);
  writeSemarangRules(join(folder, 'rules'), office);
  put('identifier.key', `${hex(identifierKey)}\n`);
  const ticketKeyFile = put('ticket.key', `${hex(ticketSeed)}\n`);
  const sealingKeyFile = put('sealing.key', `${hex(sealingSeed)}\n`);
  const receiptKeyFile = put('receipt.key', `${hex(receiptSeed)}\n`);
  const cardKeyFile = join(folder, 'card-keys.json');
  writeTestKeys(cardKeyFile, entropy);

  return {
    ...{ device, office, receiptKey, certificates, scannerPath },
    ...{ ticketKeyFile, cardKeyFile, sealingKeyFile, receiptKeyFile },
    keyed: createKeyedHash(identifierKey),
    forger: createForger(entropy, office),
    configure: (url, readers) =>
      put(
        'halte.json',
        JSON.stringify(
          {
            device,
            dataDir: 'data',
            rules: 'rules',
            identifierKey: 'identifier.key',
            readers: [
              { type: 'serial', name: 'scanner', path: scannerPath, baudRate: 115_200 },
              ...(readers.pcsc ? [{ type: 'pcsc', name: 'card-reader', slot: '00 00' }] : []),
            ],
            cards: { keyStore: { type: 'file', path: 'card-keys.json' } },
            indicators: [{ type: 'log', path: 'signals.log' }],
            vehicle: { vehicleId: 'DEMO-1', routeId: 'koridor-1' },
            backend: {
              ...{ url, ca: 'ca.pem', cert: 'device.pem', key: 'device.key' },
              receiptKey: hex(receiptKey.publicKey),
              sealingKey: hex(sealingKey.publicKey.bytes),
            },
            sync: { intervalMs: 500, startJitterMs: 500 },
          },
          undefined,
          2,
        ),
      ),
  };
}

/** Claims the office's key id, and signs with a key of its own. */
function createForger(entropy: Entropy, office: TicketOffice): TicketOffice {
  const key = ed25519PrivateKey(entropy.bytes(32));
  return createTicketOffice(entropy, office.issuer, { key, kid: office.kid });
}
