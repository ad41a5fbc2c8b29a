/** The part of istanbul-lib-instrument 6.0.3 that the fuzzer uses; the package ships no types. */
declare module 'istanbul-lib-instrument' {
  export interface Instrumenter {
    instrumentSync(code: string, path: string): string;
  }

  export function createInstrumenter(options: {
    readonly esModules: boolean;
    readonly compact: boolean;
  }): Instrumenter;
}
