/** What the backend holds of one device, counted from the rows themselves. */
import type { SqliteDatabase } from '../store/open-database.ts';
import type { DeviceSummary } from './backend-store.ts';

export function createSummary(database: SqliteDatabase, device: string): DeviceSummary {
  const counts = database
    .prepare(
      `select count(*) as rows,
         count(*) filter (where outcome = 'accepted') as accepted,
         count(*) filter (where outcome = 'refused') as refused,
         count(*) filter (where outcome = 'retry') as retries,
         count(*) filter (where kind is null) as undigested
       from tap where device_id = ?`,
    )
    .get(device) as Omit<DeviceSummary, 'amounts' | 'forked'>;
  const forked = database
    .prepare('select count(*) from quarantine where device_id = ?')
    .pluck()
    .get(device) as number;
  return { ...counts, forked, amounts: amountsOf(database, device) };
}

function amountsOf(database: SqliteDatabase, device: string): Record<string, number> {
  const sums = database
    .prepare(
      `select currency, sum(amount) as amount from tap
       where device_id = ? and outcome = 'accepted' and currency is not null group by currency`,
    )
    .all(device) as { currency: string; amount: number }[];
  return Object.fromEntries(sums.map(({ currency, amount }) => [currency, amount]));
}
