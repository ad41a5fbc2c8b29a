/** What the fuzzer can be let loose on. Targets know nothing of coverage, corpus or mutation. */

export interface FuzzTarget {
  /** Kebab-case: the argument of scripts/fuzz, and the folder in fixtures/corpus. */
  readonly name: string;
  /** Throws when the code under test is wrong for these bytes; it must not change them. */
  run(input: Uint8Array): void;
  /** Constants to try beside the literals in the instrumented sources. */
  readonly dictionary?: readonly Uint8Array[];
  /** Folders of `.hex` files beside fixtures/corpus/NAME, by path from the checkout's root. */
  readonly seedFolders?: readonly string[];
}

/** Longer inputs are not made: twice a frame, and four times a ticket or a payment code. */
export const inputBytesMax = 2_048;
