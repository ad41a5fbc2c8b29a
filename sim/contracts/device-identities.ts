/** What every store of devices' identities keeps to, run against SQLite and PostgreSQL. */
import { describe, expect, test } from 'vitest';
import {
  keysPerDeviceMax,
  waitingLifeMs,
  waitingMax,
  waitingPerDeviceMax,
} from '../../src/backend/identities.ts';
import { someNow } from '../testing/builders.ts';
import type { StorePlace } from './backend-store.ts';

const device = 'bus-1';
const key = { device, fingerprint: '0000-0000-0000-0000-0001' };
const other = { device, fingerprint: '0000-0000-0000-0000-0002' };
const life = 90 * 24 * 60 * 60 * 1_000;
const at = someNow;
const made = { pem: 'PEM 1', serial: '4001', notBefore: at, notAfter: at + life };
const later = { pem: 'PEM 2', serial: '4002', notBefore: at, notAfter: at + 2 * life };
const current = { ...key, serial: made.serial };
const by = { by: 'ani', at };
const renewal = { at, freshUntil: at + life / 2 };

export function identitiesContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} as a store of devices’ identities`, () => {
    const anOffice = async () => (await (await makePlace()).open()).identities;
    const withOneDevice = async () => {
      const identities = await anOffice();
      await identities.enrol({ ...key, note: 'H 1234 AB' }, at);
      await identities.approve(key, by);
      await identities.keep(key, made);
      return identities;
    };

    test('keeps a key waiting until that key is approved, over restarts', async () => {
      const place = await makePlace();
      const before = await place.open();
      expect(await before.identities.enrol({ ...key, note: '' }, at)).toEqual({ state: 'waiting' });
      expect(await before.identities.enrol({ ...other, note: '' }, at)).toEqual({
        state: 'waiting',
      });
      expect(await before.identities.approve(key, by)).toBe(true);
      await before.close();

      const { identities } = await place.open();
      expect(await identities.enrol({ ...key, note: '' }, at)).toEqual({ state: 'approved' });
      expect(await identities.enrol({ ...other, note: '' }, at)).toEqual({ state: 'waiting' });
    });

    test('approves no key that has not asked, unless ahead of it', async () => {
      const identities = await anOffice();
      expect(await identities.approve(key, by)).toBe(false);
      expect(await identities.approve(key, by, { ahead: true })).toBe(true);

      expect(await identities.enrol({ ...key, note: '' }, at)).toEqual({ state: 'approved' });
    });

    test('hands one certificate out for a key, also of two made at once', async () => {
      const identities = await withOneDevice();

      expect(await identities.keep(key, later)).toEqual(made);
      expect(await identities.enrol({ ...key, note: '' }, at)).toEqual({
        state: 'issued',
        ...made,
      });
    });

    test('has a key wait again whose certificate has ended', async () => {
      const identities = await withOneDevice();

      const asked = await identities.enrol({ ...key, note: '' }, made.notAfter);

      expect(asked).toEqual({ state: 'waiting' });
    });

    test('leaves the active key alone when a second one asks', async () => {
      const identities = await withOneDevice();
      await identities.enrol({ ...other, note: '' }, at);
      await identities.approve(other, by);

      expect(await identities.isRevoked(current)).toBe(false);
      expect(await identities.list()).toMatchObject([
        { ...key, state: 'issued', note: 'H 1234 AB', approvedBy: 'ani', serial: made.serial },
        { ...other, state: 'approved', serial: null },
      ]);
    });

    test('turns keys away past the limits, and forgets those that waited too long', async () => {
      const identities = await anOffice();
      const ask = (device: string, index: number, now = at) =>
        identities.enrol({ device, fingerprint: String(index), note: '' }, now);
      for (let index = 0; index < waitingMax; index += 1) {
        const asked = await ask(`bus-${Math.floor(index / waitingPerDeviceMax)}`, index);
        expect(asked).toEqual({ state: 'waiting' });
      }

      expect(await ask('bus-new', 1)).toEqual({ state: 'full' });
      expect(await ask('bus-new', 1, at + waitingLifeMs + 1)).toEqual({ state: 'waiting' });
      expect(await identities.list()).toHaveLength(1);
    }, 120_000);

    test('lets no stranger fill what a device needs for its renewal', async () => {
      const identities = await withOneDevice();
      const asked: string[] = [];
      for (let index = 0; index <= waitingPerDeviceMax; index += 1) {
        const name = { device, fingerprint: `stranger ${index}`, note: '' };
        asked.push((await identities.enrol(name, at)).state);
      }

      expect(asked.at(-1)).toBe('full');
      expect(await identities.succeed(current, other, renewal)).toEqual({ state: 'approved' });
    });

    test('renews for a next key, and answers the same when it is asked again', async () => {
      const identities = await withOneDevice();

      expect(await identities.succeed(current, other, renewal)).toEqual({ state: 'approved' });
      await identities.keep(other, later);

      expect(await identities.succeed(current, other, renewal)).toEqual({
        state: 'issued',
        ...later,
      });
      expect(await identities.isRevoked(current)).toBe(false);
    });

    test('renews for the same key when its certificate is not fresh any more', async () => {
      const identities = await withOneDevice();
      const old = { at: at + life, freshUntil: at + life + life / 2 };

      expect(await identities.succeed(current, key, old)).toEqual({ state: 'approved' });
      expect(await identities.keep(key, later)).toEqual(later);
    });

    test('certifies a bounded number of keys, and forgets those that ended', async () => {
      const identities = await withOneDevice();
      const renew = async (index: number, now = at) => {
        const next = { device, fingerprint: `next ${index}` };
        const { state } = await identities.succeed(current, next, { at: now, freshUntil: now });
        if (state === 'approved') await identities.keep(next, { ...made, serial: `${index}` });
        return state;
      };
      for (let index = 1; index < keysPerDeviceMax; index += 1) {
        expect(await renew(index)).toBe('approved');
      }

      expect(await renew(keysPerDeviceMax)).toBe('full');
      expect(await renew(keysPerDeviceMax, made.notAfter + 1)).toBe('approved');
      expect(await identities.list()).toHaveLength(2);
    });

    test('revokes one certificate and nothing else', async () => {
      const identities = await withOneDevice();
      await identities.revoke({ device, serial: made.serial }, by);

      expect(await identities.isRevoked(current)).toBe(true);
      expect(await identities.isRevoked({ ...current, serial: later.serial })).toBe(false);
      expect(await identities.isRevoked({ ...current, device: 'bus-2' })).toBe(false);
      expect(await identities.succeed(current, other, renewal)).toEqual({ state: 'waiting' });
      expect(await identities.enrol({ ...key, note: '' }, at)).toEqual({ state: 'waiting' });
    });

    test('revokes a device with all its keys, also those it renewed to and those unknown here', async () => {
      const identities = await withOneDevice();
      await identities.succeed(current, other, renewal);
      await identities.revoke({ device }, by);

      expect(await identities.isRevoked(current)).toBe(true);
      expect(await identities.isRevoked({ ...other, serial: later.serial })).toBe(true);
      expect(await identities.isRevoked({ device, fingerprint: '?', serial: '99' })).toBe(true);
      expect(await identities.isRevoked({ ...current, device: 'bus-2' })).toBe(false);
      expect(await identities.list()).toMatchObject([{ state: 'revoked' }, { state: 'revoked' }]);
    });

    test('takes a revoked device in again by a key approved after that, and by that one only', async () => {
      const identities = await withOneDevice();
      await identities.revoke({ device }, by);
      expect(await identities.enrol({ ...other, note: '' }, at)).toEqual({ state: 'waiting' });
      await identities.approve(other, by);

      expect(await identities.isRevoked({ ...other, serial: later.serial })).toBe(false);
      expect(await identities.isRevoked(current)).toBe(true);
    });
  });
}
