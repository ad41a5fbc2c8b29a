import { vi } from 'vitest';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { paymentLinkContract } from '../../sim/contracts/payment-link.ts';
import { createSimAcquirer } from '../../sim/sim-acquirer.ts';
import { aTestBackend } from '../../sim/testing/test-backend.ts';

/** Real sockets, files and keys: a busy machine needs its time. */
vi.setConfig({ testTimeout: 10_000 });

paymentLinkContract('the HTTPS payment link', async ({ hasProvider }) => {
  const clock = createSystemClock();
  const acquirer = createSimAcquirer({ clock }, { latencyMs: 5 });
  const backend = await aTestBackend(hasProvider ? { provider: acquirer } : {});
  return {
    link: await backend.paymentLink(),
    acquirer,
    authorisations: backend.store.authorisations,
    loseReplies: () => {
      backend.losingReplies = true;
    },
    elapse: () => Promise.resolve(),
  };
});
