/** The process of lists-lookup.ts: one job as its argument, the figures as a message. */
import { createSystemClock } from '../../device/os/system-clock.ts';
import { createCollector } from '../fuzz/heap.ts';
import { measureLookups } from './lists-lookup.ts';
import { createStopwatch } from './stopwatch.ts';

const clock = createSystemClock();
const figures = measureLookups(JSON.parse(process.argv[2] ?? ''), {
  clock,
  stopwatch: createStopwatch(clock, () => process.resourceUsage().involuntaryContextSwitches),
  collect: createCollector(),
  residentBytes: () => process.memoryUsage.rss(),
});
process.send?.(figures);
