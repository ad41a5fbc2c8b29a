/**
 * `acceptance.json`, the operator's policy beside GTFS: its schema with every default, and the way
 * into core's Policy. JSON with comments. Each key is described here once: `rules explain`
 * prints these words.
 */
import { z } from 'zod';
import type { clockQualities } from '../core/clock-quality.ts';
import { acceptedProducts, trustedKeys } from './acceptance-issuers.ts';

const id = z.string().min(1).max(64);
const seconds = (max: number) => z.number().min(0).max(max);
const count = (max: number) => z.number().int().nonnegative().max(max);
const amount = z.number().int().nonnegative().max(1_000_000_000);
const day = 86_400;

const passback = z.strictObject({
  fareMedia: id.optional().describe('GTFS fare_media_id; any when left out'),
  product: id.optional().describe('GTFS fare_product_id; any when left out'),
  groupSeconds: seconds(600).default(0).describe('one medium boards a group for so long'),
  groupRidersMax: count(50).default(1).describe('riders in such a group'),
  blockSeconds: seconds(day).default(300).describe('then nobody boards on it for so long'),
});

const tapping = z.strictObject({
  network: id.optional().describe('GTFS network_id; everywhere when left out'),
  mode: z.enum(['enter', 'enter-and-exit']).describe('whether riders tap when they leave, too'),
  sameStopExitSeconds: seconds(day)
    .default(900)
    .describe('whoever leaves where they entered, this soon, has not travelled'),
  sameStopCharge: z
    .enum(['nothing', 'fare'])
    .default('nothing')
    .describe('what leaving where one entered costs within sameStopExitSeconds'),
  forgottenAfterSeconds: seconds(7 * day)
    .default(4 * 3_600)
    .describe('an entry so old was left without a tap'),
  forgottenCharge: z
    .enum(['maximum-fare', 'boarding-fare', 'nothing'])
    .default('maximum-fare')
    .describe('what the next entry charges for the one that was left without a tap'),
  minimumBalance: amount.default(0).describe('what a purse must hold to enter, in minor units'),
});

const cap = z.strictObject({
  id: id.describe('your name for the cap'),
  period: z
    .union([
      z.literal('service-day'),
      z.strictObject({
        windowSeconds: z
          .number()
          .int()
          .min(60)
          .max(31 * day)
          .describe('any period of so many seconds, to the second'),
      }),
    ])
    .describe('a service day, or any window of time'),
  amount: amount.describe('most that is charged in the period, in minor units'),
  riderCategories: z
    .array(id)
    .max(64)
    .optional()
    .describe('GTFS rider_category_id; everyone when left out'),
});

const limits = z.strictObject({
  taps: count(100_000).describe('payments'),
  amount: amount.describe('money, in minor units'),
});

const hours = z.union([z.number().min(0).max(720), z.literal('any')]);

const risk = z.strictObject({
  acceptsOffline: z
    .boolean()
    .default(false)
    .describe('take payment codes without authorisation: they die within minutes, expect loss'),
  amountPerTapMax: amount
    .default(5_000)
    .describe('most that one tap may cost at risk, in minor units'),
  perAccountPerDay: limits
    .default({ taps: 2, amount: 10_000 })
    .describe('most that one account may owe unvouched for in a service day'),
  perDevicePerDay: limits
    .default({ taps: 200, amount: 1_000_000 })
    .describe('most that one device takes unvouched for in a service day'),
  acceptsFirstRide: z
    .boolean()
    .default(true)
    .describe('take accounts at risk that this device never saw'),
  listAgeMaxHours: hours
    .default(24)
    .describe('with an older deny list nothing is taken at risk; "any": however old'),
  syncAgeMaxHours: hours
    .default(24)
    .describe('longer without the backend, nothing is taken at risk; "any": however long'),
  expectedLoss: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('part of payments at risk that fails, for the sum below: 0 to 1'),
});

const online = z.strictObject({
  deadlineMs: z
    .number()
    .int()
    .min(50)
    .max(10_000)
    .default(1_500)
    .describe('longest that a rider waits for the yes or no to a payment'),
  cardDeadlineMs: z
    .number()
    .int()
    .min(50)
    .max(2_000)
    .default(300)
    .describe('the same while a card must be held: none that is read today must'),
});

const prefix = z.string().regex(/^\d{4,8}$/, 'the first 4 to 8 digits of an account number');
const issuers = z.strictObject({
  allow: z
    .array(prefix)
    .max(1_000)
    .default([])
    .describe('wallets that are taken: of all others no payment is'),
  deny: z
    .array(prefix)
    .max(1_000)
    .default([])
    .describe('wallets that are not, within what allow takes'),
});

/** Milliseconds; with them a photographed code dies within a minute while the clock is trusted. */
const skew = { gnss: 5_000, ntp: 5_000, rtc: 20_000, holdover: 20_000, untrusted: 600_000 };
const skewMs = z.number().int().nonnegative().max(3_600_000);
const clockSkewMs = z.strictObject({
  gnss: skewMs.default(skew.gnss).describe('while the clock is set by satellites'),
  ntp: skewMs.default(skew.ntp).describe('while it is set by the network'),
  rtc: skewMs.default(skew.rtc).describe('while it runs on from its battery'),
  holdover: skewMs.default(skew.holdover).describe('while it runs on since it was last set'),
  untrusted: skewMs.default(skew.untrusted).describe('while nobody vouches for it'),
} satisfies Record<(typeof clockQualities)[number], z.ZodType>);

const driver = z.strictObject({
  voidWithinSeconds: seconds(600)
    .default(30)
    .describe('how long the last tap or cash fare can be taken back'),
  cashMedia: id.optional().describe('GTFS fare_media_id of cash; none is taken when left out'),
  failOpen: z
    .boolean()
    .default(false)
    .describe('the driver may let riders travel while the device cannot judge'),
});

const untrustedUses = [
  'tickets',
  'timed-tickets',
  'passes',
  'purses',
  'payments',
  'listed-cards',
] as const;

export const acceptance = z.strictObject({
  version: z.string().min(1).max(64).describe('written into every tap'),
  effectiveFrom: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('from when these rules count; at once when left out'),
  graceHours: z
    .number()
    .min(0)
    .max(31 * 24)
    .default(24)
    .describe('so long no rider is punished for what was right under the rules before'),
  dayBeginsAt: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'hours and minutes, such as 03:00')
    .default('03:00')
    .describe('local time at which a service day begins'),
  fareMediaOf: z
    .record(z.string().max(64), id)
    .default({})
    .describe('GTFS fare_media_id by what carries it: qris-cpm, halte-ticket, transit-card, …'),
  prepaidProducts: z
    .array(id)
    .max(256)
    .default([])
    .describe('fare products bought before the ride: passes, tickets, subscriptions'),
  passback: z
    .array(passback)
    .max(64)
    .default([])
    .describe(
      'who boards together, and when one medium may board again: the first entry that fits counts',
    ),
  tapping: z
    .array(tapping)
    .max(64)
    .default([])
    .describe(
      'where riders tap: the first entry that fits counts, once at boarding where none does',
    ),
  transferNeedsOtherRoute: z
    .boolean()
    .default(false)
    .describe('whoever takes the same route again begins a new journey'),
  ticketsTransfer: z
    .boolean()
    .default(true)
    .describe('a free transfer uses no ride of a ticket; false: every boarding uses one'),
  caps: z
    .array(cap)
    .max(64)
    .default([])
    .describe('most that a rider is charged in a period; whichever leaves less to pay counts'),
  risk: risk.prefault({}).describe('payments that nobody vouched for, because there is no link'),
  online: online.prefault({}).describe('payments that the backend is asked about'),
  issuers: issuers
    .prefault({})
    .describe('wallets by the first 4 to 8 digits of their NNS: the longest that fits counts'),
  onDebt: z
    .enum(['allowTravel', 'blockPayAsYouGoTravel', 'blockAllTravel'])
    .default('blockPayAsYouGoTravel')
    .describe('what whoever owes may still use (NeTEx TravelCreditPolicy)'),
  untrustedClock: z
    .array(z.enum(untrustedUses))
    .max(untrustedUses.length)
    .default(['tickets', 'passes', 'purses', 'listed-cards'])
    .describe(
      'accepted while nobody vouches for the clock; with timed-tickets screenshots live on',
    ),
  clockSkewMs: clockSkewMs
    .prefault({})
    .describe('milliseconds by which the clock here and that of a code may differ'),
  failOpen: z.boolean().default(false).describe('let riders travel while a reader is broken'),
  driver: driver.prefault({}).describe("what the driver's buttons do"),
  trustedKeys,
  acceptedProducts,
});

export type Acceptance = z.infer<typeof acceptance>;
