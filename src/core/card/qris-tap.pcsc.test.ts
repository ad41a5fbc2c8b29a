/**
 * QRIS Tap over a real pcscd with vsmartcard's virtual slot: nothing between the dialogue and a T=1
 * card takes status 61FF for an invitation to GET RESPONSE. The firmware of a reader is not in it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../../device/os/system-clock.ts';
import { createPcscCardReader } from '../../../device/pcsc/pcsc-card-reader.ts';
import type { CardModel } from '../../../sim/cards/card-model.ts';
import { createQrisTapPhone } from '../../../sim/cards/qris-tap-phone.ts';
import { openSession } from '../../../sim/contracts/token-reader-card.ts';
import { type PcscDaemon, pcscdAvailable, startPcscDaemon } from '../../../sim/pcsc-daemon.ts';
import { createSimEntropy } from '../../../sim/sim-chance.ts';
import { syntheticQris } from '../../../sim/synthetic-qris.ts';
import { gopay, keyed } from '../../../sim/testing/builders.ts';
import { otherProcessMsMax } from '../../../sim/testing/pcsc-stand.ts';
import { createVirtualCardSlot } from '../../../sim/virtual-card-slot.ts';
import { driveDialogue } from '../../runtime/drive-dialogue.ts';
import { hex, utf8 } from '../bytes.ts';
import { parseQrisCpm } from '../token/qris-cpm.ts';
import { readQrisTap } from './qris-tap.ts';

const clock = createSystemClock();
const availability = await pcscdAvailable();
if (!availability.available) {
  process.stderr.write(`the test of QRIS Tap over pcscd is skipped: ${availability.why}\n`);
}

/** The card, and what reached it. */
function listening(card: CardModel) {
  const heard: string[] = [];
  const model: CardModel = {
    ...card,
    respond(apdu) {
      heard.push(hex(apdu));
      return card.respond(apdu);
    },
  };
  return { model, heard };
}

describe.skipIf(!availability.available)('with pcscd', { timeout: 20_000 }, () => {
  const slot = createVirtualCardSlot();
  let daemon: PcscDaemon;

  beforeAll(async () => {
    daemon = await startPcscDaemon({ clock }, { patienceMs: otherProcessMsMax });
  }, otherProcessMsMax + 10_000);
  afterAll(async () => {
    await slot.remove();
    await daemon.stop();
  });

  test('reads a code in two records, the first with status 61FF, as it is', async () => {
    const text = syntheticQris(gopay, createSimEntropy(1));
    const deps = { entropy: createSimEntropy(1), nextCode: () => text };
    const { model, heard } = listening(createQrisTapPhone(deps, { recordBytes: 100 }));
    const session = openSession(createPcscCardReader({ clock }));

    try {
      await slot.insert(model);
      const { channel } = await session.nextCard();
      const token = await driveDialogue(readQrisTap({ keyed }), channel, { clock });

      expect(token).toEqual(parseQrisCpm(utf8(text), keyed));
      expect(heard).toEqual([
        '00a4040007a0000006022020',
        '00b2010007a000000602202000',
        '00b2020007a000000602202000',
      ]);
    } finally {
      await session.close();
    }
  });
});
