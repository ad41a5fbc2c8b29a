/** A whole validator in a test's hands: simulated readers and clock, a real ledger. */
import { onTestFinished } from 'vitest';
import { createSerialBarcodeReader } from '../../device/serial/serial-barcode-reader.ts';
import { utf8 } from '../../src/core/bytes.ts';
import { fixedRules } from '../../src/runtime/rules-in-force.ts';
import type { RuntimeEvent } from '../../src/runtime/runtime-event.ts';
import {
  createValidator,
  type ValidatorDeps,
  type ValidatorOptions,
} from '../../src/runtime/validator.ts';
import { createSimCardField } from '../card-field.ts';
import { createRecordingIndicator } from '../recording-indicator.ts';
import { createSimSerialLine } from '../serial-line.ts';
import { createSimEntropy } from '../sim-chance.ts';
import { createSimClock, type SimClock } from '../sim-clock.ts';
import { createSimPositionSource } from '../sim-position.ts';
import { aQrisCode, bytesOf, gopay, keyed, someNow, someRules, tlv } from './builders.ts';
import { aLedger, testDevice } from './ledger-builders.ts';
import { testReceiptKey } from './test-backend.ts';

const sync = {
  ...{ device: testDevice, receiptKey: testReceiptKey.publicKey },
  ...{ intervalMs: 1_000, startJitterMs: 0, retentionMs: 1_000 },
};

/** A payment code of its own for each rider, of one account. */
export function aPaymentOf(rider: number): string {
  const number = String(rider).padStart(11, '0');
  const objects = {
    '5A': bytesOf(`${gopay}${number}f`),
    '63': tlv('9F74', utf8(`cheque:000000000${number}`)),
  };
  return Buffer.from(aQrisCode(objects)).toString('latin1');
}

/** What a test adds. */
type ValidatorParts = Pick<ValidatorDeps, 'backend' | 'ballast'> &
  Pick<ValidatorOptions, 'storage'> & { readonly clock?: SimClock };

/** A running validator with a scanner, a card field and a position source, and a backend if it is given one. */
export function aValidator(ledger = aLedger(), parts: ValidatorParts = {}) {
  const { clock = createSimClock({ wall: someNow }), backend, ballast, storage } = parts;
  const scanner = createSimSerialLine({ clock });
  const cards = createSimCardField({ clock });
  const position = createSimPositionSource(
    { clock },
    { points: [2, 9_000].map((at) => ({ at, latitude: -6.98, longitude: 110.41 })) },
  );
  const indicator = createRecordingIndicator({ clock });
  const events: RuntimeEvent[] = [];
  const barcodes = createSerialBarcodeReader(
    { clock, openPort: scanner.openPort },
    { name: 'scanner', path: 'sim' },
  );
  const validator = createValidator(
    {
      ...{ clock, random: { next: () => 0.5 }, ledger, indicators: [indicator], position },
      ...{ keyed, entropy: createSimEntropy(1) },
      readers: [barcodes, cards],
      inForce: fixedRules(someRules()),
      ...{ backend, ballast },
      report: (event) => void events.push(event),
    },
    { bootId: 'boot-1', release: 'test', sync, storage },
  );
  const stop = new AbortController();
  const running = validator.run(stop.signal);
  running.catch(() => {});
  onTestFinished(() => stop.abort());
  const scan = async (text: string) => {
    scanner.send(`${text}\r\n`);
    await clock.advance(20);
  };
  const lights = () => indicator.signals.map(({ light }) => light);
  const texts = () =>
    indicator.signals.map(({ fields, text }) => `${fields.reason}: ${text.id} / ${text.en}`);
  return { texts, clock, scanner, cards, position, ledger, events, lights, scan, stop, running };
}
