/** How far a clock can be trusted, best first: satellites, network, battery, dead reckoning, nothing. */
export const clockQualities = ['gnss', 'ntp', 'rtc', 'holdover', 'untrusted'] as const;
export type ClockQuality = (typeof clockQualities)[number];
