/** What the validator says, as it says it; and that it says nothing any more. */

/**
 * @typedef {object} Listener
 * @property {(signal: import('./view.js').ShownSignal) => void} onSignal
 * @property {(status: { readonly inService: boolean, readonly place: string }) => void} onStatus
 * @property {() => void} onLost
 */

/** A restart within this time is not worth a rider's notice. */
const lostAfterMs = 1_500;

/**
 * @param {string} url of server-sent events; the browser connects again by itself
 * @param {Listener} listener
 */
export function listen(url, { onSignal, onStatus, onLost }) {
  const source = new EventSource(url);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let lost;
  source.addEventListener('open', () => {
    clearTimeout(lost);
    lost = undefined;
  });
  source.addEventListener('error', () => {
    lost ??= setTimeout(onLost, lostAfterMs);
  });
  source.addEventListener('signal', (event) => onSignal(JSON.parse(event.data)));
  source.addEventListener('status', (event) => onStatus(JSON.parse(event.data)));
}
