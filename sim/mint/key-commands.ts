/** The command line of `halte mint` for keys and certificates. */
import { type Command, Option } from 'commander';
import { signatureAlgorithms } from '../../src/core/crypto/verifying-key.ts';
import { asTyped } from './as-typed.ts';
import type { MintDeps } from './mint-deps.ts';
import {
  mintCardKeys,
  mintCertificates,
  mintHolderKey,
  mintIdentifierKey,
  mintKey,
  mintSealingKey,
} from './mint-keys.ts';
import { deviceIds, shortText } from './option-parsers.ts';

const outFile = ['--out <file>', 'where to put it; never over a file'] as const;

function algorithmOption(): Option {
  return new Option('--algorithm <name>', 'what it signs with')
    .choices(signatureAlgorithms)
    .default('EdDSA');
}

export function addKeyCommands(mint: Command, deps: MintDeps): void {
  mint
    .command('certs')
    .description('make a test CA, certificates of backend and devices, receipt and sealing keys')
    .requiredOption('--out <folder>', 'where to put them')
    .requiredOption('--device <id...>', 'devices to make certificates for', deviceIds)
    .addHelpText('after', '\nExample:\n  halte mint certs --out tls --device bus-1 bus-2')
    .action((options) => mintCertificates(options, deps));

  addSigningKeys(mint, deps);

  mint
    .command('identifier-key')
    .description("make the operator's key for keyed hashes; prints the configuration's line")
    .requiredOption(...outFile)
    .addHelpText('after', '\nExample:\n  halte mint identifier-key --out identifier.key')
    .action((options) => mintIdentifierKey(options, deps));

  mint
    .command('sealing-key')
    .description("make the backend's X25519 key; prints the public half for devices")
    .requiredOption(...outFile)
    .addHelpText('after', '\nExample:\n  halte mint sealing-key --out sealing.key')
    .action((options) => mintSealingKey(options, deps));

  mint
    .command('card-keys')
    .description('make the master keys of test cards (docs/card-keys.md)')
    .requiredOption(...outFile)
    .addHelpText('after', '\nExample:\n  halte mint card-keys --out card-keys.json')
    .action((options) => mintCardKeys(options, deps));
}

function addSigningKeys(mint: Command, deps: MintDeps): void {
  mint
    .command('key')
    .description('make a test key for signing tickets; prints its entry for trustedKeys')
    .requiredOption(...outFile)
    .addOption(algorithmOption())
    .option('--issuer <name>', 'who will sign with it', shortText, 'trans-semarang')
    .addOption(
      new Option('--for <format>', 'whose tickets it signs')
        .choices(['halte', 'pretix'])
        .default('halte'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  halte mint key --out ticket.key\n  halte mint key --out ticket.pem --algorithm ES256',
    )
    .action((options) => asTyped(deps.io, () => mintKey(options, deps)));

  mint
    .command('holder-key')
    .description("make the key of a rider's phone; prints the public half")
    .requiredOption(...outFile)
    .addOption(algorithmOption())
    .addHelpText('after', '\nExample:\n  halte mint holder-key --out phone.key')
    .action((options) => mintHolderKey(options, deps));
}
