import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openSqliteStore } from '../src/backend/sql-store.ts';
import { paymentLinkContract } from './contracts/payment-link.ts';
import { createSimAcquirer } from './sim-acquirer.ts';
import { createSimRandom } from './sim-chance.ts';
import { createSimClock } from './sim-clock.ts';
import { createSimPaymentLink } from './sim-payment-link.ts';
import { someNow } from './testing/builders.ts';
import { aFolder, testDevice } from './testing/ledger-builders.ts';

paymentLinkContract('the simulated payment link', async ({ hasProvider }) => {
  const clock = createSimClock({ wall: someNow });
  const { authorisations, close } = openSqliteStore(join(aFolder(), 'backend.db'));
  onTestFinished(close);
  const acquirer = createSimAcquirer({ clock });
  const provider = hasProvider ? acquirer : undefined;
  const link = createSimPaymentLink(
    { clock, random: createSimRandom(1), authorisations, provider },
    testDevice,
  );
  return {
    ...{ link, acquirer, authorisations },
    loseReplies: () => link.setFaults({ replyLost: 1 }),
    elapse: (ms) => clock.advance(ms),
  };
});
