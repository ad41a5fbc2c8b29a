/**
 * The seam between a driver that calls back and the async iterable that a PositionSource gives.
 * It holds one value: where a bus was is worth nothing once it is known where it is.
 */

export interface Newest<T> extends AsyncIterable<T> {
  /** @returns whether a value that nobody had fetched gave way. */
  put(value: T): boolean;
  /** Ends the iteration after what is held; with an error, throws it there. Later calls do nothing. */
  end(error?: Error): void;
}

export function createNewest<T>(): Newest<T> {
  let held: { readonly value: T } | undefined;
  let ended: { readonly error?: Error | undefined } | undefined;
  let wake: () => void = () => {};

  return {
    put(value) {
      if (ended !== undefined) return false;
      const gaveWay = held !== undefined;
      held = { value };
      wake();
      return gaveWay;
    },
    end(error) {
      ended ??= { error };
      wake();
    },
    async *[Symbol.asyncIterator]() {
      while (true) {
        if (held !== undefined) {
          const { value } = held;
          held = undefined;
          yield value;
        } else if (ended === undefined) await new Promise<void>((resolve) => (wake = resolve));
        else if (ended.error !== undefined) throw ended.error;
        else return;
      }
    },
  };
}
