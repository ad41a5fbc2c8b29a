/**
 * A repository that python-tuf 3.0.0 signed, as theupdateframework/go-tuf keeps it to check that it
 * reads the same (client/python_interop/testdata/python-tuf-v3.0.0/with-consistent-snapshot,
 * BSD 3-Clause): Ed25519, canonical JSON and file format of another implementation.
 */
import { expect, test } from 'vitest';
import { someNow } from '../../sim/testing/builders.ts';
import { utf8 } from '../core/bytes.ts';
import { targetsOf } from './target.ts';
import {
  isComplete,
  trustFirstRoot,
  withSnapshot,
  withTargets,
  withTimestamp,
} from './trusted-set.ts';

const ids = {
  timestamp: '1d98f2950591737d5f49f0a00d00890ee385ed272285fba1cb89553a37813fcf',
  root: 'c3fcd2035fd2d29b36a29c9e9a52b199f85492b7cf8f9730b865dfa989eb47c8',
  snapshot: 'e45cfc40f8cae2e4d760b4ecec0b59238fd2fd769391998920927eec825e7829',
  targets: 'f7662dc3e9eebfb74d0e53f56941c6cf5668967110d2af28b41f9371544ccd0b',
} as const;

const publicKeys = {
  timestamp: '4b937cac5c77ce5ebd18b4ce252f92b1da3e8640a033c34726fe7a821c3acd45',
  root: '0cb442e869c9aead667909ba27ce7ed2c87d396fb92a180ec02b37c64f0f0404',
  snapshot: 'ce00487915590a5748b9c08ca720c26cd233424a05f72105ccaa49411b662e83',
  targets: '64017bbf887018ecb927029b7524ea9b50d201e232274843384204c5e6e25c06',
} as const;

const signatures = {
  root: '1c02cfc95564dcce804f2c48de3048881e89be6b49ad3db208a870a5bd69bc7749c809613f44edadd744a01b0ead25753853dbacb955e6b29b59672f654c1809',
  timestamp:
    '4453d37f5105ba74f203c72e241c2f3a61df82f37f66e80ba43523534c8bbe30eb06b675133662a38544c87e1087a013d2a786a718ce2f1f338f4177bedccf0e',
  snapshot:
    'f86a214877f8009aee97b2fc0f96131714f07fa8e2e65b153f08be6d3eba1533b82fb2b774cb82d0b7969f2d5d94071c387f4891276484ba6f5e7a0e11b58f09',
  targets:
    '708400f70b965991928ea89f925227c97886f673a4e6a32e57062fc533580812fd1b65989fd751a4c3959ff716d8f0e7a09da0d971fa726553f5cc3ea7ff600e',
} as const;

type Role = keyof typeof ids;
const roles = Object.keys(ids) as readonly Role[];

const contents: Readonly<Record<Role, object>> = {
  root: {
    consistent_snapshot: true,
    keys: Object.fromEntries(
      roles.map((role) => [
        ids[role],
        { keytype: 'ed25519', keyval: { public: publicKeys[role] }, scheme: 'ed25519' },
      ]),
    ),
    roles: Object.fromEntries(roles.map((role) => [role, { keyids: [ids[role]], threshold: 1 }])),
  },
  timestamp: { meta: { 'snapshot.json': { version: 1 } } },
  snapshot: { meta: { 'targets.json': { version: 1 } } },
  targets: {
    targets: {
      'dir/file2.txt': {
        hashes: { sha256: '04e2f59431a9d219321baf7d21b8cc797d7615dc3e9515c782c49d2075658701' },
        length: 9,
      },
      'file1.txt': {
        hashes: { sha256: '55ae75d991c770d8f3ef07cbfde124ffce9c420da5db6203afab700b27e10cf9' },
        length: 9,
      },
    },
  },
};

function fileOf(role: Role, change: object = {}): Uint8Array {
  const fields = {
    _type: role,
    expires: '2030-01-01T00:00:00Z',
    spec_version: '1.0.19',
    version: 1,
  };
  const signed = { ...fields, ...contents[role], ...change };
  const signature = { keyid: ids[role], sig: signatures[role] };
  return utf8(JSON.stringify({ signatures: [signature], signed }));
}

test('trusts what python-tuf signed, and lists what a device can keep of it', () => {
  const root = trustFirstRoot(fileOf('root'));
  const timestamp = root.ok ? withTimestamp(root.value, fileOf('timestamp'), someNow) : root;
  const snapshot = timestamp.ok
    ? withSnapshot(timestamp.value, fileOf('snapshot'), someNow)
    : timestamp;
  const targets = snapshot.ok ? withTargets(snapshot.value, fileOf('targets'), someNow) : snapshot;

  expect(targets.ok && isComplete(targets.value)).toBe(true);
  // A name with a folder in it becomes no path of ours.
  expect(targets.ok && targetsOf(targets.value)).toMatchObject([{ name: 'file1.txt', length: 9 }]);
});

test.each(roles)('notices that its %s was changed after it was signed', (role) => {
  const root = trustFirstRoot(fileOf('root', role === 'root' ? { version: 2 } : {}));
  const join = {
    root: withTimestamp,
    timestamp: withTimestamp,
    snapshot: withSnapshot,
    targets: withTargets,
  };

  const changed = root.ok ? join[role](root.value, fileOf(role, { version: 2 }), someNow) : root;

  expect(changed.ok).toBe(false);
});
