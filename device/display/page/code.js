/** Draws a QR code as one path: exact at every size, and small to draw. */

/**
 * @param {Element} picture an svg element
 * @param {readonly string[]} rows `#` being dark
 */
export function drawCode(picture, rows) {
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', rows.flatMap(modulesOf).join(''));
  picture.setAttribute('viewBox', `0 0 ${rows.length} ${rows.length}`);
  picture.replaceChildren(path);
}

/**
 * @param {string} row
 * @param {number} y
 */
function modulesOf(row, y) {
  return [...row].map((module, x) => (module === '#' ? `M${x} ${y}h1v1h-1z` : ''));
}
