/** How each reader is, for whoever looks from afar: `ok`, or the code of its failure since it last read. */
import type { TokenReader } from '../../device/token-reader.ts';
import type { Report } from './runtime-event.ts';

export interface ReaderStates {
  /** Name and state, in the order of the readers. */
  all(): readonly (readonly [string, string])[];
  /** Hands on what a reader read, and notes that it did. */
  reading<T>(reader: string, handle: (read: T) => Promise<void>): (read: T) => Promise<void>;
  /** Passes every event on, and notes failures of readers. */
  readonly report: Report;
}

export function createReaderStates(
  readers: readonly Pick<TokenReader, 'name'>[],
  report: Report,
): ReaderStates {
  const states = new Map(readers.map(({ name }) => [name, 'ok']));
  return {
    all: () => [...states],
    reading: (reader, handle) => (read) => {
      states.set(reader, 'ok');
      return handle(read);
    },
    report(event) {
      if (event.event === 'reader-failed') states.set(event.reader, event.code);
      report(event);
    },
  };
}
