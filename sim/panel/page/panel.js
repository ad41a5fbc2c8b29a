/** The panel: shows the world as it is told, and sends what is clicked, dragged or pressed. */
import { drawCode } from '../../../device/display/page/code.js';
import { element } from './element.js';
import { drawState } from './state.js';

/** @param {object} act */
async function send(act) {
  const answer = await fetch('/act', { method: 'POST', body: JSON.stringify(act) });
  const { answer: said } = await answer.json();
  if (said === undefined || said === null) return;
  const more = Object.values(said.fields ?? {}).join(' · ');
  const words = [said.text.id, said.text.en, more, said.hint ?? ''];
  element('desk').textContent = words.filter(Boolean).join(' — ');
}

/**
 * @typedef {object} Medium
 * @property {string} id
 * @property {{ readonly id: string, readonly en: string }} name
 * @property {readonly string[]} [rows] of its code, absent for a card
 */

/** @param {Medium} medium */
function mediumItem({ id, rows, name }) {
  const item = document.createElement('li');
  const button = document.createElement('button');
  button.type = 'button';
  button.draggable = true;
  button.dataset.medium = id;
  button.append(pictureOf(rows), nameOf(name));
  button.addEventListener('click', () => void send({ do: 'hold', medium: id }));
  button.addEventListener('dragstart', (event) => event.dataTransfer?.setData('text/plain', id));
  item.append(button);
  return item;
}

/** @param {readonly string[] | undefined} rows */
function pictureOf(rows) {
  if (rows === undefined) {
    const card = document.createElement('span');
    card.className = 'card';
    return card;
  }
  const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  drawCode(picture, rows);
  return picture;
}

/** @param {{ readonly id: string, readonly en: string }} name */
function nameOf({ id, en }) {
  const label = document.createElement('span');
  const english = document.createElement('small');
  english.textContent = en;
  label.append(id, english);
  return label;
}

function listenToButtons() {
  for (const button of document.querySelectorAll('button')) {
    button.addEventListener('click', () => press(button));
  }
}

/** @param {HTMLButtonElement} button */
function press(button) {
  const { act, plug, toggle } = button.dataset;
  if (act !== undefined) void send(JSON.parse(act));
  if (plug !== undefined) {
    void send({ do: 'plug', what: plug, in: button.classList.contains('out') });
  }
  if (toggle !== undefined) {
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(on));
    void send({ action: toggle, on });
  }
}

function letDrop() {
  const validator = document.querySelector('.validator');
  validator?.addEventListener('dragover', (event) => {
    event.preventDefault();
    validator.classList.add('over');
  });
  validator?.addEventListener('dragleave', () => validator.classList.remove('over'));
  validator?.addEventListener('drop', (event) => {
    event.preventDefault();
    validator.classList.remove('over');
    const medium = /** @type {DragEvent} */ (event).dataTransfer?.getData('text/plain');
    if (medium) void send({ do: 'hold', medium });
  });
}

async function drawWallet() {
  const { faceUrl, media } = await (await fetch('/wallet')).json();
  /** @type {HTMLIFrameElement} */ (element('face')).src = faceUrl;
  element('media').replaceChildren(...media.map(mediumItem));
}

listenToButtons();
letDrop();
await drawWallet();
new EventSource('/world').addEventListener('message', ({ data }) => drawState(JSON.parse(data)));
