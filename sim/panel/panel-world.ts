/**
 * The world behind the panel: one bus of the simulator with its time tied to the real one, a wallet
 * of media, and the plugs and switches that somebody may pull. It knows no HTTP.
 */

import type { Clock } from '../../device/clock.ts';
import type { DriverAction, DriverAnswer } from '../../device/driver-console.ts';
import type { Indicator } from '../../device/indicator.ts';
import { entryAsJson, type LedgerEntryJson } from '../../src/runtime/ledger-json.ts';
import { type Bus, simDevice, startBus } from '../bus.ts';
import { semarangTimetable } from '../city.ts';
import { tripTrack } from '../gnss-trip.ts';
import { createSimEntropy, createSimRandom } from '../sim-chance.ts';
import { pointsOf } from '../sim-position.ts';
import { testKeyStore } from '../testing/transit-cards.ts';
import { createWallet, type Medium } from './wallet.ts';

export type PanelAct =
  | { readonly do: 'hold'; readonly medium: string }
  | { readonly do: 'drive'; readonly action: DriverAction }
  | { readonly do: 'link'; readonly to: LinkState }
  | { readonly do: 'plug'; readonly what: Plug; readonly in: boolean }
  | { readonly do: 'step-clock'; readonly ms: number }
  | { readonly do: 'speed'; readonly to: number };

export const linkStates = ['online', 'flapping', 'offline'] as const;
export type LinkState = (typeof linkStates)[number];
export const plugs = ['scanner', 'cards', 'gnss'] as const;
export type Plug = (typeof plugs)[number];

export interface PanelWorld extends AsyncDisposable {
  readonly wallet: readonly Medium[];
  /** @returns what the driver's desk answered; undefined for everything else. */
  act(act: PanelAct): Promise<DriverAnswer | undefined>;
  state(): Promise<PanelState>;
}

export interface PanelState {
  /** By the bus's own clock. */
  readonly wallAt: number;
  readonly speed: number;
  readonly link: LinkState;
  readonly plugged: Readonly<Record<Plug, boolean>>;
  readonly line: {
    readonly name: string;
    readonly stops: readonly { readonly id: string; readonly name: string }[];
    readonly trip: Bus['whereabouts']['context'];
  };
  readonly ledger: {
    readonly epoch: number;
    readonly seq: number;
    readonly unsent: number;
    /** Newest first. */
    readonly rows: readonly LedgerEntryJson[];
  };
  readonly backend: {
    readonly rows: number;
    readonly accepted: number;
    readonly amounts: Readonly<Record<string, number>>;
  };
  /** What the runtime reported, newest first. */
  readonly events: readonly object[];
}

export interface PanelWorldOptions {
  readonly seed: number;
  readonly folder: string;
  readonly indicators: readonly Indicator[];
}

/** The line that the bus drives, from its first stop. */
const patternId = 'koridor-1:1';
const linkFaults = {
  online: {},
  flapping: { requestLost: 0.4, replyLost: 0.3 },
  offline: { requestLost: 1 },
} as const;
/** A tick of the simulated clock; a page of riders sees no step in it. */
const tickMs = 20;
/** A machine that was asleep must not make the bus drive all night at once. */
const tickMsMax = 1_000;
const rowsShown = 14;
const eventsShown = 20;
export const speedMax = 120;

/** @param clock the real one. */
export async function startPanelWorld(
  { clock }: { readonly clock: Clock },
  { seed, folder, indicators }: PanelWorldOptions,
): Promise<PanelWorld> {
  const timetable = semarangTimetable();
  const line = lineOf(timetable);
  const { track } = tripTrack(timetable, line.pattern, {
    at: 0,
    random: createSimRandom(seed),
  });
  const route = pointsOf(track, 0);
  const keyStore = testKeyStore;
  const routeId = line.pattern.routeId;
  const bus = startBus({ seed, folder, timetable, route, routeId, indicators, keyStore });
  await bus.clock.advance(1_000);
  const wallet = await createWallet({ bus, entropy: createSimEntropy(seed + 1), keyStore });
  const plugged: Record<Plug, boolean> = { scanner: true, cards: true, gnss: true };
  const sockets = { scanner: bus.scanner, cards: bus.cards, gnss: bus.gnss };
  const stopping = new AbortController();
  let link: LinkState = 'online';
  let speed = 1;

  /** The bus lives by its own clock, which is moved on as real time passes. */
  async function keepTime(): Promise<void> {
    let last = clock.monotonicNow();
    while (!stopping.signal.aborted) {
      await clock.sleep(tickMs, stopping.signal);
      const now = clock.monotonicNow();
      await bus.clock.advance(Math.min(now - last, tickMsMax) * speed);
      last = now;
    }
  }
  const keeping = keepTime();

  async function act(act: PanelAct): Promise<DriverAnswer | undefined> {
    switch (act.do) {
      case 'hold':
        wallet.find(({ id }) => id === act.medium)?.hold();
        return undefined;
      case 'drive':
        return bus.driver.press(act.action);
      case 'link':
        link = act.to;
        bus.backend.setFaults(linkFaults[link]);
        bus.payments.setFaults(linkFaults[link]);
        return undefined;
      case 'plug':
        plugged[act.what] = act.in;
        if (act.in) sockets[act.what].replug();
        else sockets[act.what].unplug();
        return undefined;
      case 'step-clock':
        bus.clock.stepWall(act.ms);
        return undefined;
      case 'speed':
        speed = Math.min(speedMax, Math.max(0, act.to));
        return undefined;
    }
  }

  async function state(): Promise<PanelState> {
    const { epoch, seq } = bus.ledger.head;
    const from = { epoch, seq: Math.max(0, seq - rowsShown) };
    const { rows, accepted, amounts } = await bus.store.summary(simDevice);
    return {
      ...{ wallAt: bus.clock.wallNow(), speed, link, plugged },
      line: { name: line.name, stops: line.stops, trip: bus.whereabouts.context },
      ledger: {
        ...{ epoch, seq, unsent: bus.ledger.outbox.unsent },
        rows: bus.ledger.audit.entries(rowsShown, from).map(entryAsJson).reverse(),
      },
      backend: { rows, accepted, amounts },
      events: bus.events.slice(-eventsShown).reverse(),
    };
  }

  return {
    ...{ wallet, act, state },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await keeping;
      const stopped = bus.stop();
      // What is under way ends by the simulated clock, which nobody moves any more.
      await bus.clock.advance(tickMsMax);
      await stopped;
    },
  };
}

function lineOf({ patterns, routes, stops }: ReturnType<typeof semarangTimetable>) {
  const pattern = patterns.find(({ id }) => id === patternId);
  if (pattern === undefined) throw new Error(`the city has no line ${patternId}`);
  const named = pattern.stopIds.map((id) => ({ id, name: stops.get(id)?.name ?? id }));
  return {
    pattern,
    name: `Koridor ${routes.get(pattern.routeId)?.shortName ?? patternId}`,
    stops: named,
  };
}
