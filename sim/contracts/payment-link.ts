/** What every PaymentLink keeps to, run against the simulated and the real one. */
import { describe, expect, test } from 'vitest';
import type { Authorisations } from '../../src/backend/authorisations.ts';
import type { AuthoriseRequest, PaymentLink, PaymentReply } from '../../src/sync/authoriser.ts';
import { SyncError } from '../../src/sync/backend.ts';
import type { SimAcquirer } from '../sim-acquirer.ts';
import { aPayment, bytesOf } from '../testing/builders.ts';
import { testDevice } from '../testing/ledger-builders.ts';

export interface PaymentLinkRig {
  /** Speaks for the device `bus-1`. */
  readonly link: PaymentLink;
  readonly acquirer: SimAcquirer;
  readonly authorisations: Authorisations;
  /** From now on every answer is broken off, after it was carried out. */
  loseReplies(): Promise<void> | void;
  /** Lets so much time pass; nothing to do where time passes by itself. */
  elapse(ms: number): Promise<void>;
}

const deadlineMs = 400;
const payment = aPayment();
const { reference } = payment;
const none: PaymentReply = { answer: 'unable', why: 'nothing was asked' };

export function paymentLinkContract(
  name: string,
  makeRig: (options: { readonly hasProvider: boolean }) => Promise<PaymentLinkRig>,
): void {
  const setUp: SetUp = async ({ hasProvider = true } = {}) => {
    const rig = await makeRig({ hasProvider });
    const { signal } = new AbortController();
    const payTogether = async (requests: readonly AuthoriseRequest[]) => {
      const replies = Promise.all(
        requests.map((request) => rig.link.pay(request, deadlineMs, signal)),
      );
      await Promise.all([rig.elapse(deadlineMs + 200), replies.catch(() => {})]);
      return replies;
    };
    const pay = async () => (await payTogether([payment]))[0] ?? none;
    const takeBack = async () => {
      const done = rig.link.takeBack(reference, signal);
      await Promise.all([rig.elapse(100), done]);
    };
    /** Asking about it once more tells the state that it has. */
    const stateOf = () => rig.authorisations.request({ ...recordOf(payment) }, 0);
    return { ...rig, pay, payTogether, takeBack, stateOf };
  };
  describe(`${name} as a PaymentLink`, () => {
    answersOfTheAcquirer(setUp);
    takingBack(setUp);
  });
}

type SetUp = (options?: { readonly hasProvider?: boolean }) => Promise<
  PaymentLinkRig & {
    pay(): Promise<PaymentReply>;
    payTogether(requests: readonly AuthoriseRequest[]): Promise<readonly PaymentReply[]>;
    takeBack(): Promise<void>;
    stateOf(): Promise<string>;
  }
>;

function answersOfTheAcquirer(setUp: SetUp): void {
  test('brings the acquirer’s yes, which is charged', async () => {
    const { pay, acquirer, stateOf } = await setUp();

    expect(await pay()).toMatchObject({ answer: 'approved' });
    expect(acquirer.charges).toMatchObject([{ device: testDevice, amount: 3_500 }]);
    expect(await stateOf()).toBe('approved');
  });

  test('brings the acquirer’s no with its reason', async () => {
    const { pay, acquirer } = await setUp();
    acquirer.setBalance(payment.accountKey ?? bytesOf(''), 3_499);

    expect(await pay()).toEqual({ answer: 'declined', reason: 'insufficient funds' });
    expect(acquirer.charges).toEqual([]);
  });

  test('brings the same answer to the same reference, and charges once', async () => {
    const { pay, acquirer } = await setUp();

    const answers = [await pay(), await pay()];

    expect(answers.map(({ answer }) => answer)).toEqual(['approved', 'approved']);
    expect([acquirer.asked, acquirer.charges.length]).toEqual([1, 1]);
  });

  test('charges once what is asked twice at the same time', async () => {
    const { payTogether, acquirer } = await setUp();

    const answers = await payTogether([payment, payment]);

    expect(answers.map(({ answer }) => answer)).toEqual(['approved', 'approved']);
    expect([acquirer.asked, acquirer.charges.length]).toEqual([1, 1]);
  });

  test('says that nothing is charged where there is no provider', async () => {
    const { pay, stateOf } = await setUp({ hasProvider: false });

    expect(await pay()).toMatchObject({
      answer: 'unable',
      why: expect.stringMatching(/^authorize.no-provider/),
    });
    expect(await stateOf()).toBe('new');
  });

  test('throws when the acquirer does not know, and then it is to be taken back', async () => {
    const { pay, acquirer, authorisations } = await setUp();
    acquirer.setBehaviour({ isUnsure: true, keepsCharges: true });

    await expect(pay()).rejects.toThrow(SyncError);
    expect(await authorisations.toVoid(10, 0)).toMatchObject([{ device: testDevice }]);
  });
}

function takingBack(setUp: SetUp): void {
  test('has what was approved taken back', async () => {
    const { pay, takeBack, stateOf } = await setUp();
    await pay();

    await takeBack();
    await takeBack();

    expect(await stateOf()).toMatch(/^void/);
  });

  test('forbids what has not come yet: then it is never charged', async () => {
    const { pay, takeBack, acquirer } = await setUp();
    await takeBack();

    await expect(pay()).rejects.toThrow(SyncError);
    expect(acquirer.asked).toBe(0);
  });

  test('throws when the answer is lost, though it is charged', async () => {
    const { pay, acquirer, loseReplies } = await setUp();
    await loseReplies();

    await expect(pay()).rejects.toThrow(SyncError);
    expect(acquirer.charges).toHaveLength(1);
  });
}

function recordOf({ amount, asked, ...payment }: AuthoriseRequest) {
  return { device: testDevice, ...payment, ...amount, ...asked, deadlineMs };
}
