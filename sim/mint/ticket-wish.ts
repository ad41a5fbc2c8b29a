/** What `halte mint ticket` and `pass` are asked for: from options to claims of a ticket. */
import { countMax, type TicketKind } from '../../src/core/ticket/claims.ts';
import type { HolderKey } from '../../src/core/ticket/holder-key.ts';
import type { TicketOrder } from '../ticket-office.ts';
import { UsageError } from './as-typed.ts';

/** Monday first, as the claim counts them. */
export const weekdayNames: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export interface TicketWish {
  readonly kind: TicketKind;
  readonly product?: string;
  readonly category?: string;
  readonly rides?: number;
  readonly riders?: number;
  readonly route?: readonly string[];
  readonly network?: readonly string[];
  /** Bit 0 Monday to bit 6 Sunday. */
  readonly weekdays?: number;
  readonly subject?: string;
}

/** @throws UsageError when a count is missing, or does not belong to the kind. */
export function ticketOrder(
  wish: TicketWish,
  period: { readonly from: number; readonly until: number },
  holder: HolderKey | undefined,
): TicketOrder {
  const { kind, rides, riders, weekdays, subject } = wish;
  requireCount('rides', { count: rides, kind, wanting: 'carnet' });
  requireCount('riders', { count: riders, kind, wanting: 'group' });
  return {
    ...period,
    kind,
    product: wish.product ?? (kind === 'single' ? 'single-ride' : kind),
    ...(wish.category !== undefined && { riderCategory: wish.category }),
    ...(rides !== undefined && { rides }),
    ...(riders !== undefined && { riders }),
    ...(wish.network && { networks: wish.network }),
    ...(wish.route && { routes: wish.route }),
    ...(weekdays !== undefined && { weekdays }),
    ...(subject !== undefined && { subject }),
    ...(holder && { holder }),
  };
}

interface Count {
  readonly count: number | undefined;
  readonly kind: TicketKind;
  readonly wanting: TicketKind;
}

function requireCount(name: 'rides' | 'riders', { count, kind, wanting }: Count): void {
  if ((count !== undefined) === (kind === wanting)) return;
  const message =
    kind === wanting ? `a ${kind} needs --${name}` : `a ${kind} ticket has no --${name}`;
  const hint = `--${name} 2 to ${countMax} belongs to --kind ${wanting}, and to no other`;
  throw new UsageError(`mint/bad-${name}`, message, hint);
}
