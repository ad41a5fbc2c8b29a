/**
 * Three sounds that nobody confuses, for riders who do not look or do not see: up for green, twice
 * the same for amber, down and long for red.
 */

/** Hertz and seconds. */
const tunes = {
  green: [
    { hertz: 880, from: 0, seconds: 0.1 },
    { hertz: 1_320, from: 0.1, seconds: 0.16 },
  ],
  amber: [
    { hertz: 660, from: 0, seconds: 0.12 },
    { hertz: 660, from: 0.2, seconds: 0.12 },
  ],
  red: [
    { hertz: 330, from: 0, seconds: 0.2 },
    { hertz: 220, from: 0.2, seconds: 0.4 },
  ],
};

const loudness = 0.3;

/** @type {AudioContext | undefined} */
let audio;

/** A browser that allows no sound before a touch stays silent. @param {'green' | 'amber' | 'red'} light */
export function chime(light) {
  audio ??= new AudioContext();
  if (audio.state === 'suspended') void audio.resume();
  for (const note of tunes[light]) play(audio, note);
}

/**
 * @param {AudioContext} context
 * @param {{ hertz: number, from: number, seconds: number }} note
 */
function play(context, { hertz, from, seconds }) {
  const start = context.currentTime + from;
  const tone = new OscillatorNode(context, { type: 'triangle', frequency: hertz });
  const volume = new GainNode(context, { gain: loudness });
  volume.gain.setTargetAtTime(0, start + seconds * 0.7, seconds * 0.1);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + seconds);
}
