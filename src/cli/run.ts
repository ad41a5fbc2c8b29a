/**
 * `halte run`: the validator on a real device. This is the device's composition root: it names
 * the concrete drivers. Its twin is sim/bus.ts; reading them side by side is reading the
 * architecture.
 */
import type { Clock } from '../../device/clock.ts';
import { createGnssReceiver } from '../../device/gnss/gnss-receiver.ts';
import type { Indicator } from '../../device/indicator.ts';
import { readHostVitals } from '../../device/os/host-vitals.ts';
import { createSystemEntropy, createSystemRandom } from '../../device/os/system-chance.ts';
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createPcscCardReader } from '../../device/pcsc/pcsc-card-reader.ts';
import { createSerialBarcodeReader } from '../../device/serial/serial-barcode-reader.ts';
import type { TokenReader } from '../../device/token-reader.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { createAssignmentFile } from '../config/assignment-file.ts';
import { type DeviceConfig, readDeviceConfig } from '../config/device-config.ts';
import { readMerchant } from '../config/merchant-file.ts';
import { readIdentifierKey } from '../config/secret-file.ts';
import { createKeyedHash } from '../core/crypto/keyed-hash.ts';
import { createCertificateRenewal } from '../runtime/certificate-renewal.ts';
import { openControlSocket } from '../runtime/control-socket.ts';
import type { Report } from '../runtime/runtime-event.ts';
import { createStamper } from '../runtime/stamp.ts';
import { createValidator, type Validator } from '../runtime/validator.ts';
import { createHttpsBackend } from '../sync/https-backend.ts';
import { createHttpsPaymentLink } from '../sync/https-payment-link.ts';
import type { CliIo, ExitCode } from './cli-io.ts';
import { openDeviceIdentity } from './device-identity.ts';
import { openIndicators } from './device-indicators.ts';
import {
  createDeviceBallast,
  createDeviceSealer,
  createDeviceSpareGrant,
  noteDamage,
  openDeviceKeyStore,
  openRunningLedger,
  readBootId,
  receiptsOf,
  syncOptions,
} from './device-parts.ts';
import { openOperatorsWord } from './operators-word.ts';

/** What a caller adds to the configured parts: a simulated card field, an indicator that watches. */
export interface RunExtras {
  readonly readers?: readonly TokenReader[];
  readonly indicators?: readonly Indicator[];
}

export async function run(
  configFile: string,
  io: CliIo,
  extras: RunExtras = {},
): Promise<ExitCode> {
  const config = readDeviceConfig(configFile);
  const clock = createSystemClock();
  const entropy = createSystemEntropy();
  const gnss = config.gnss && createGnssReceiver({ clock }, { name: 'gnss', ...config.gnss });
  const identity = config.backend && openDeviceIdentity(config.device, config.backend);
  await using backend = identity && createHttpsBackend(identity.link);
  await using payments = identity && createHttpsPaymentLink(identity.link);
  await using keyStore = await openDeviceKeyStore(config);
  await using riders = await openIndicators(config.indicators, { clock, io });
  const report: Report = (event) => {
    io.err(JSON.stringify({ at: clock.wallNow(), ...event }));
    riders.hear(event);
  };
  const bootId = readBootId();
  const stamper = createStamper(clock, bootId);
  const { ledger: opened, rescue } = openRunningLedger(config, stamper.stamp);
  // Disposed last but the backend: the control socket must not ask a closed ledger.
  using ledger = opened;
  if (rescue !== undefined) report({ event: 'ledger-set-aside', ...rescue });
  const random = createSystemRandom();
  await using operatorsWord = await openOperatorsWord(config, {
    ...{ clock, random, report, link: identity?.link },
    clockQuality: () => stamper.stamp().clockQuality,
    linkAnsweredAt: () => validator.sync?.answeredAt,
  });
  const { inForce, targets } = operatorsWord;
  const ballast = createDeviceBallast(config);
  const validator: Validator = createValidator(
    {
      ...{ clock, random, entropy, ledger, ballast, inForce, targets, report },
      keyed: createKeyedHash(readIdentifierKey(config.identifierKey)),
      sealer: createDeviceSealer(config, entropy),
      keyStore,
      qrisTap: config.cards?.qrisTap,
      readers: [
        ...config.readers.map((reader) => createReader(reader, clock)),
        ...(extras.readers ?? []),
      ],
      indicators: [...riders.indicators, ...(extras.indicators ?? [])],
      backend,
      merchant: config.merchant === undefined ? undefined : readMerchant(config.merchant),
      payments,
      renewal: identity && createCertificateRenewal({ clock, random, identity, report }),
      position: gnss,
      assignments: createAssignmentFile(config.dataDir),
      spareGrant: createDeviceSpareGrant(config),
      host: () => readHostVitals(config.dataDir),
    },
    {
      bootId,
      release: packageJson.version,
      ...config.vehicle,
      sync: syncOptions(config),
    },
  );
  const { sync, driver, whereabouts, serverClock } = validator;
  await using _control = await openControlSocket(
    {
      ...{ ledger, rescue, sync, driver, targets, whereabouts, gnss, serverClock },
      receipts: receiptsOf(config),
    },
    config.dataDir,
  );
  try {
    await validator.run(io.stopping);
  } catch (error) {
    noteDamage(config, error);
    throw error;
  }
  return 0;
}

function createReader(options: DeviceConfig['readers'][number], clock: Clock): TokenReader {
  switch (options.type) {
    case 'serial':
      return createSerialBarcodeReader({ clock }, options);
    case 'pcsc':
      return createPcscCardReader({ clock }, options);
  }
}
