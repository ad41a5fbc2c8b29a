/** An accepted tap as it is remembered: by this device, or by the rider's card. */
import type { PastLeg } from './leg.ts';

/** `single` where riders tap once, else what they did. */
export type RideAction = 'single' | 'enter' | 'exit';
/** `reset`: an entry that the driver ended without a ride, or on a card the record that says so. */
export type PastAction = RideAction | 'reset';

export interface PastTap extends PastLeg {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly action: PastAction;
  /** False for another token of the same account: the next code of one wallet. */
  readonly isSameToken: boolean;
  /** Names its trip on the card: `tripId` of settle-intent.ts. */
  readonly trip?: string;
}
