/** The part of nfc-pcsc 0.8.1 that Halte uses; the package ships no types. */
declare module 'nfc-pcsc' {
  import type { EventEmitter } from 'node:events';

  /** The slot as @pokusew/pcsclite has it, under nfc-pcsc. */
  export interface NativeSlot extends EventEmitter<{ status: [SlotStatus] }> {
    connected: boolean;
  }

  export interface SlotStatus {
    /** Flags below, the count of insertions and removals in the upper 16 bits. */
    readonly state: number;
    readonly atr?: Buffer;
  }

  export class Reader extends EventEmitter {
    readonly name: string;
    readonly reader: NativeSlot;
    autoProcessing: boolean;
    card: object | null;
    connection: object | null;
    connect(): Promise<unknown>;
    disconnect(): Promise<unknown>;
    transmit(apdu: Buffer, responseBytesMax: number): Promise<Buffer>;
  }

  export class NFC extends EventEmitter<{ reader: [Reader]; error: [Error] }> {}
}
