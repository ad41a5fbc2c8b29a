/** Draws what the panel is told of its world: line, ledger, backend, switches. */
import { element } from './element.js';

/**
 * @typedef {Readonly<Record<string, string | number>>} Row
 *
 * @typedef {object} PanelState As sim/panel/panel-world.ts has it.
 * @property {number} wallAt
 * @property {number} speed
 * @property {string} link
 * @property {Readonly<Record<string, boolean>>} plugged
 * @property {{ name: string, stops: readonly { id: string, name: string }[], trip: Row }} line
 * @property {{ epoch: number, seq: number, unsent: number, rows: readonly Entry[] }} ledger
 * @property {{ rows: number, accepted: number, amounts: Readonly<Record<string, number>> }} backend
 * @property {readonly Row[]} events
 *
 * @typedef {{ seq: number, sent: boolean, row: Row | null }} Entry
 */

/** @param {number} at */
const timeOf = (at) =>
  new Date(at).toLocaleTimeString('id', { timeZone: 'Asia/Jakarta', hour12: false });

/** @param {PanelState} state */
export function drawState(state) {
  element('clock').textContent = timeOf(state.wallAt);
  element('speed-now').textContent = `${state.speed}×`;
  drawLine(state.line);
  drawLedger(state.ledger);
  drawBackend(state);
  drawSwitches(state);
}

/** @param {PanelState['line']} line */
function drawLine({ name, stops, trip }) {
  element('line-name').textContent = name;
  const list = element('stops');
  if (list.childElementCount !== stops.length) list.replaceChildren(...stops.map(stopItem));
  const here = stops.findIndex(({ id }) => id === trip.stopId);
  for (const [index, item] of [...list.children].entries()) {
    item.classList.toggle('here', index === here);
    item.classList.toggle('passed', index < here);
  }
  const { status, certainty, assignedBy } = trip;
  element('trip').textContent = [status, certainty, assignedBy].filter(Boolean).join(' · ');
}

/** @param {{ readonly name: string }} stop */
function stopItem({ name }) {
  const item = document.createElement('li');
  const label = document.createElement('span');
  item.title = name;
  label.textContent = name;
  item.append(label);
  return item;
}

/** @param {PanelState['ledger']} ledger */
function drawLedger({ epoch, seq, unsent, rows }) {
  element('head').textContent = `epoch ${epoch} · seq ${seq} · ${unsent} unsent`;
  element('rows').replaceChildren(...rows.map(rowOf));
}

/** @param {Entry} entry */
function rowOf({ seq, row, sent }) {
  const line = document.createElement('tr');
  const { wallAt, kind, medium, outcome = '-', reason, riderCategory, amount = '-' } = row ?? {};
  line.className = String(outcome);
  const what = row === null ? 'unknown' : [kind, medium].filter(Boolean).join(' ');
  const time = row === null ? '-' : timeOf(Number(wallAt));
  const why = reason ?? riderCategory ?? '-';
  const texts = [seq, time, what, outcome, why, amount, sent ? '✓' : '…'];
  line.replaceChildren(...texts.map(cellOf));
  return line;
}

/** @param {string | number} text */
function cellOf(text) {
  const cell = document.createElement('td');
  cell.textContent = String(text);
  return cell;
}

/** @param {PanelState} state */
function drawBackend({ backend, events }) {
  const sums = Object.entries(backend.amounts).map(([currency, sum]) => `${currency} ${sum}`);
  const counted = `${backend.rows} rows · ${backend.accepted} accepted`;
  element('backend').textContent = [counted, ...sums].join(' · ');
  element('events').replaceChildren(...events.map(eventItem));
}

/** @param {Row} event */
function eventItem({ event, ...fields }) {
  const item = document.createElement('li');
  item.textContent = `${event} ${JSON.stringify(fields)}`;
  return item;
}

/** @param {PanelState} state */
function drawSwitches({ link, plugged }) {
  for (const button of document.querySelectorAll('#link button')) {
    const isChosen = button.textContent?.toLowerCase() === link;
    button.setAttribute('aria-pressed', String(isChosen));
  }
  for (const [plug, isIn] of Object.entries(plugged)) {
    document.querySelector(`[data-plug=${plug}]`)?.classList.toggle('out', !isIn);
  }
}
