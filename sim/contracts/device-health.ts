/** What every BackendStore keeps to about the health of devices, run against SQLite and PostgreSQL. */
import { describe, expect, test } from 'vitest';
import { encodeRow } from '../../src/core/ledger/row.ts';
import type { HeartbeatRequest } from '../../src/sync/wire-heartbeat.ts';
import { aHeartbeat, someNow } from '../testing/builders.ts';
import { aBatch, someRows, testDevice, tipOf } from '../testing/ledger-builders.ts';
import { aTapRow } from '../testing/row-builders.ts';
import type { StorePlace } from './backend-store.ts';

const batch = aBatch(someRows(3));
const whole = { seq: 3, tip: tipOf(batch) };
const shorter = { seq: 2, tip: tipOf(aBatch(someRows(2))) };
const other = { seq: 3, tip: tipOf(aBatch(someRows(3, { reader: 'copy' }))) };

const truncated = { kind: 'tail-truncated', epoch: 1, seq: 2, heldSeq: 3 };
const contradicted = { kind: 'chain-contradiction', epoch: 1, seq: 3, heldSeq: 3 };

export function deviceHealthContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} as what knows how devices are`, () => {
    const aStore = async (place?: StorePlace) => {
      const store = await (place ?? (await makePlace())).open();
      let at = someNow;
      const beat = (change: Partial<HeartbeatRequest>) => {
        at += 1_000;
        return store.health.note(testDevice, aHeartbeat({ monotonicAt: at, ...change }), at);
      };
      return { store, health: store.health, beat };
    };

    type Rig = Awaited<ReturnType<typeof aStore>>;

    test('keeps the newest, over a restart, and says nothing while all agrees', async () => {
      const place = await makePlace();
      const { store, beat } = await aStore(place);
      await store.ingest(batch, someNow);

      expect(await beat({ ...shorter, epoch: 2 })).toEqual([]);
      expect(await beat({ ...whole, unsent: 7 })).toEqual([]);
      await store.close();

      const { health } = await aStore(place);
      expect(await health.newest(testDevice)).toMatchObject({
        receivedAt: someNow + 2_000,
        report: { seq: 3, unsent: 7, tip: Buffer.from(whole.tip).toString('hex') },
      });
      expect(await health.newest('bus-2')).toBeUndefined();
      expect(await health.alarms(testDevice)).toEqual([]);
    });

    test('raises an alarm once for a ledger that ends before a row that is held', async () => {
      const { store, health, beat } = await aStore();
      await store.ingest(batch, someNow);

      expect(await beat(shorter)).toEqual([truncated]);
      expect(await beat(shorter)).toEqual([]);

      const times = { firstAt: someNow + 1_000, lastAt: someNow + 2_000 };
      expect(await health.alarms(testDevice)).toEqual([{ ...truncated, ...times }]);
    });

    test('raises it for rows that only an earlier heartbeat told of', async () => {
      const { beat } = await aStore();
      await beat(whole);

      expect(await beat(shorter)).toEqual([truncated]);
    });

    test.each([
      ['is held', ({ store }: Rig) => store.ingest(batch, someNow)],
      ['was told', ({ beat }: Rig) => beat(whole)],
    ])('raises an alarm for another hash at a row that %s', async (_how, before) => {
      const rig = await aStore();
      await before(rig);

      expect(await rig.beat(other)).toEqual([contradicted]);
    });

    test('takes a heartbeat that comes late for what it is', async () => {
      const { store, health, beat } = await aStore();
      await beat({ ...whole, bootId: 'boot', monotonicAt: 2_000 });

      expect(await beat({ ...shorter, bootId: 'boot', monotonicAt: 1_000 })).toEqual([]);
      expect((await health.newest(testDevice))?.report).toMatchObject({ seq: 3 });

      const row = aTapRow({ bootId: 'boot', monotonicAt: 9_000 });
      const rows = [...someRows(1), encodeRow(row)];
      const later = aBatch(rows, { epoch: 5 });
      await store.ingest(later, someNow);
      const before = { epoch: 5, seq: 1, tip: tipOf(aBatch(someRows(1), { epoch: 5 })) };
      expect(await beat({ ...before, bootId: 'boot', monotonicAt: 8_000 })).toEqual([]);
    });
  });
}
