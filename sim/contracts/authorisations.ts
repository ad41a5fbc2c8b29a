/** What every store of payments keeps to, run against SQLite and PostgreSQL. */
import { describe, expect, test } from 'vitest';
import { rowFollowsWithinMs } from '../../src/backend/authorisation-scripts.ts';
import { encodeRow, type TapRow } from '../../src/core/ledger/row.ts';
import type { UploadRequest } from '../../src/sync/wire.ts';
import { aPayment, someNow } from '../testing/builders.ts';
import { aBatch, batchAfter, testDevice } from '../testing/ledger-builders.ts';
import { aTapRow } from '../testing/row-builders.ts';
import type { StorePlace } from './backend-store.ts';

const { amount, asked, ...rest } = aPayment();
const deadlineMs = 1_500;
const payment = { device: testDevice, ...rest, ...amount, ...asked, deadlineMs };
const { reference } = payment;

/** After the question, on the same boot. */
const tapOf = (change: Partial<TapRow> = {}) =>
  aTapRow({ bootId: asked.bootId, monotonicAt: asked.monotonicAt + 200, ...change });
const authorised = tapOf({ basis: 'authorised', authorisation: reference });

const batchOf = (...rows: readonly TapRow[]) => aBatch(rows.map(encodeRow));

/** A store with what tests ask of its payments. */
async function rigOn(place: StorePlace) {
  const store = await place.open();
  const { authorisations } = store;
  const stateOf = () => authorisations.request(payment, someNow);
  const upload = (batch: UploadRequest) => store.ingest(batch, someNow);
  const approved = async () => {
    await authorisations.request(payment, someNow);
    await authorisations.settle(payment, 'approved', someNow);
  };
  const discrepancies = async (before = someNow + 1) =>
    (await authorisations.discrepancies(before, someNow)).map(({ kind }) => kind);
  return { store, authorisations, stateOf, upload, approved, discrepancies };
}

export function authorisationsContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} as a store of payments`, () => {
    const aRig = async (place?: StorePlace) => rigOn(place ?? (await makePlace()));

    test('knows over a restart what it answered', async () => {
      const place = await makePlace();
      const before = await aRig(place);
      await before.approved();
      await before.store.close();

      expect(await (await aRig(place)).stateOf()).toBe('approved');
    });

    test('keeps two devices with the same reference apart', async () => {
      const { authorisations, approved } = await aRig();
      await approved();

      expect(await authorisations.request({ ...payment, device: 'bus-2' }, someNow)).toBe('new');
    });

    test('keeps a payment whose tap rests on it, whatever comes later', async () => {
      const { authorisations, upload, approved, stateOf, discrepancies } = await aRig();
      await approved();
      const first = batchOf(authorised);
      await upload(first);

      await upload(batchAfter(first, [encodeRow(tapOf({ bootId: 'another boot' }))]));

      expect(await authorisations.wantVoid(payment, someNow)).toBe('approved');
      expect(await stateOf()).toBe('approved');
      expect(await discrepancies()).toEqual([]);
    });

    test.each([
      ['refused', { outcome: 'refused', basis: undefined }],
      ['taken at risk', { basis: 'risk-accepted' }],
      ['let in for another reason', { basis: 'fail-open' }],
    ])('takes back what was charged for a rider who was %s', async (_what, change) => {
      const { upload, approved, stateOf } = await aRig();
      await approved();
      const batch = batchOf(tapOf({ authorisation: reference, ...change }));

      await upload(batch);
      await upload(batch);

      expect(await stateOf()).toBe('void-wanted');
    });

    test('forbids a payment whose tap came before it', async () => {
      const { upload, stateOf } = await aRig();

      await upload(batchOf(tapOf({ basis: 'risk-accepted', authorisation: reference })));

      expect(await stateOf()).toBe('voided');
    });

    test('does not approve what was to be taken back while the acquirer was thinking', async () => {
      const { authorisations } = await aRig();
      await authorisations.request(payment, someNow);
      await authorisations.wantVoid(payment, someNow);

      expect(await authorisations.settle(payment, 'approved', someNow)).toBe('void-wanted');
    });

    test('leaves a declined payment as it is', async () => {
      const { authorisations } = await aRig();
      await authorisations.request(payment, someNow);
      await authorisations.settle(payment, 'declined', someNow);

      expect(await authorisations.wantVoid(payment, someNow)).toBe('declined');
      expect(await authorisations.toVoid(10, someNow)).toEqual([]);
    });

    const latest = asked.monotonicAt + deadlineMs + rowFollowsWithinMs;

    test.each([
      ['a row of a later boot', { bootId: 'another boot', monotonicAt: 5 }, 'void-wanted'],
      ['a row from long after', { monotonicAt: latest + 1 }, 'void-wanted'],
      ['a row that another reader may have written meanwhile', { monotonicAt: latest }, 'approved'],
    ])('closes an approval of a device killed before its tap, by %s', async (...row) => {
      const [, change, state] = row;
      const { upload, approved, stateOf } = await aRig();
      await approved();

      await upload(batchOf(tapOf(change)));

      expect(await stateOf()).toBe(state);
    });

    test('closes no approval by rows that were written before it, or in another epoch', async () => {
      const { upload, authorisations } = await aRig();
      await authorisations.request({ ...payment, seq: 1 }, someNow);
      await authorisations.settle(payment, 'approved', someNow);
      const old = encodeRow(tapOf({ bootId: 'an earlier boot' }));

      await upload(aBatch([old]));
      await upload(aBatch([old, old], { epoch: 2 }));

      expect(await authorisations.request(payment, someNow)).toBe('approved');
    });

    test('tells once of an approval whose tap does not come', async () => {
      const { approved, discrepancies } = await aRig();
      await approved();

      expect(await discrepancies(someNow)).toEqual([]);
      expect(await discrepancies()).toEqual(['without-tap']);
      expect(await discrepancies()).toEqual([]);
    });

    test.each([
      ['nobody asked about', async () => {}],
      [
        'was taken back',
        async ({ authorisations }: Awaited<ReturnType<typeof rigOn>>) => {
          await authorisations.wantVoid(payment, someNow);
        },
      ],
    ])('tells of a ride whose payment %s', async (_what, prepare) => {
      const rig = await aRig();
      await prepare(rig);

      await rig.upload(batchOf(authorised));

      expect(await rig.discrepancies()).toEqual(['without-approval']);
    });

    test('has what was requested and left taken back, after its time', async () => {
      const { authorisations } = await aRig();
      await authorisations.request(payment, someNow);

      expect(await authorisations.toVoid(10, someNow)).toEqual([]);
      expect(await authorisations.toVoid(10, someNow + 1)).toHaveLength(1);
    });
  });
}
