/** The rider's face: draws what the validator says and returns to the welcome by itself. */

import { drawCode } from './code.js';
import { listen } from './feed.js';
import { chime } from './sounds.js';
import { viewOf } from './view.js';

/** @typedef {import('./view.js').ShownSignal} ShownSignal */

const face = element('face');

/** @type {ReturnType<typeof setTimeout> | undefined} */
let untilWelcome;

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found;
}

/** @param {string} shows */
function show(shows) {
  face.dataset.shows = shows;
}

/** @param {ShownSignal} signal */
function showSignal(signal) {
  const { light, fare, said, saidInEnglish, more, code, forMs } = viewOf(signal);
  element('fare').textContent = fare;
  element('said').textContent = said;
  element('said-en').textContent = saidInEnglish;
  element('more').replaceChildren(...more.map(item));
  element('answer').classList.toggle('with-code', code !== undefined);
  if (code !== undefined) drawCode(element('code'), code);
  restartAnimations();
  show(light);
  chime(light);
  clearTimeout(untilWelcome);
  untilWelcome = setTimeout(() => show('welcome'), forMs);
}

/** The same light twice is two riders: both must see it change. */
function restartAnimations() {
  show('welcome');
  void face.offsetWidth;
}

/** @param {string} text */
function item(text) {
  const line = document.createElement('li');
  line.textContent = text;
  return line;
}

function isClosed() {
  return face.dataset.shows === 'closed' || face.dataset.shows === 'starting';
}

function tellTime() {
  const time = new Date();
  element('clock').textContent = time.toLocaleTimeString('id', {
    hour: '2-digit',
    minute: '2-digit',
  });
}

listen('signals', {
  onSignal: showSignal,
  onStatus({ inService, place }) {
    element('place').textContent = place;
    // What a rider was just told stays, however the bus moves on meanwhile.
    if (!inService) show('closed');
    else if (isClosed()) show('welcome');
  },
  onLost: () => show('closed'),
});
tellTime();
setInterval(tellTime, 1_000);
