/** What of a signal a rider sees, and for how long. Pure: no page is needed to know it. */

/**
 * @typedef {object} ShownSignal
 * @property {'green' | 'amber' | 'red'} light
 * @property {Readonly<Record<string, string>>} fields
 * @property {{ readonly id: string, readonly en: string }} text
 * @property {readonly string[]} [code] Rows of a QR code, `#` being dark, with its quiet zone.
 */

/** Long enough to be read, short enough for the next rider. A code stays until it is paid or gone. */
const shownMs = { green: 1_800, amber: 2_500, red: 3_000 };
const codeShownMs = 60_000;

/** @param {ShownSignal} signal */
export function viewOf({ light, fields, text, code }) {
  return {
    light,
    fare: shown(fields.fare),
    said: text.id,
    saidInEnglish: text.en,
    more: moreOf(fields),
    code,
    forMs: code === undefined ? shownMs[light] : codeShownMs,
  };
}

/** @param {Readonly<Record<string, string>>} fields */
function moreOf({ balance, reasonNumber, validUntil }) {
  const lines = [
    ['Saldo', balance],
    ['Berlaku', validUntil],
    ['Kode', reasonNumber],
  ];
  return lines.flatMap(([name, value]) => (shown(value) === '' ? [] : [`${name} ${value}`]));
}

/** @param {string | undefined} value */
function shown(value) {
  return value === undefined || value === '-' ? '' : value;
}
