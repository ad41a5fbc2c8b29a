/** The device's identity as its commands use it: read from its files, renewed into them. */
import type { DeviceConfig } from '../config/device-config.ts';
import { readTlsFiles, type TlsFiles } from '../config/tls-files.ts';
import { makeRequest } from '../identity/certificate-request.ts';
import {
  adoptIdentity,
  type CertificatePeriod,
  mendIdentity,
  nextKey,
  periodOf,
} from '../identity/identity-files.ts';
import type { RenewableIdentity } from '../runtime/certificate-renewal.ts';
import { SyncError } from '../sync/backend.ts';
import type { HttpsBackendOptions } from '../sync/https-backend.ts';
import { renewAt } from '../sync/https-identity.ts';

export interface DeviceIdentity extends RenewableIdentity {
  /** Where the backend is and who this device is; always the certificate in use. */
  readonly link: HttpsBackendOptions;
}

type BackendConfig = NonNullable<DeviceConfig['backend']>;

/** @throws ConfigError when a certificate file cannot be read or used. */
export function openDeviceIdentity(device: string, backend: BackendConfig): DeviceIdentity {
  mendIdentity(backend);
  let files: TlsFiles = readTlsFiles(backend);
  let period: CertificatePeriod = periodOf(files.cert);
  const link: HttpsBackendOptions = {
    url: backend.url,
    get ca() {
      return files.ca;
    },
    get cert() {
      return files.cert;
    },
    get key() {
      return files.key;
    },
  };

  return {
    link,
    get period() {
      return period;
    },
    async renew(signal) {
      const csr = await makeRequest(device, nextKey(backend));
      const certificate = await renewAt(link, csr, signal);
      if (!adoptIdentity(backend, device, certificate)) throw notOurs();
      files = readTlsFiles(backend);
      period = periodOf(files.cert);
    },
  };
}

export function notOurs(): SyncError {
  const hint = 'the pair in use stays; see the log of the backend';
  return new SyncError('sync/bad-reply', 'the certificate is not for this device’s key', hint);
}
