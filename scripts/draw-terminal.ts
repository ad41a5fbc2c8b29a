/**
 * Draws a terminal's output as SVG, for the README: `FORCE_COLOR=1 scripts/demo | node
 * scripts/draw-terminal.ts > docs/demo.svg`. Knows the few colours that Halte prints.
 */
import { text as readAll } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';

const colours: Readonly<Record<string, string>> = { 32: '#3fb950', 33: '#d29922', 31: '#f85149' };
/** ECMA-48 SGR, written without a control character in the source. */
const sgr = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`);
const fontSize = 13;
const lineHeight = 18;
const charWidth = 7.83;
const margin = 18;

function xmlText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Spans of one line: ECMA-48 SGR sequences become colours. */
function spans(line: string): string {
  const parts = line.split(sgr);
  let fill = '';
  return parts
    .map((part, index) => {
      if (index % 2 === 0) return fill === '' ? xmlText(part) : paint(part, fill);
      fill = colours[part] ?? '';
      return '';
    })
    .join('');
}

function paint(part: string, fill: string): string {
  return `<tspan fill="${fill}">${xmlText(part)}</tspan>`;
}

const lines = (await readAll(process.stdin)).trimEnd().split('\n');
const plain = lines.map(stripVTControlCharacters);
const width = Math.ceil(Math.max(...plain.map((line) => line.length)) * charWidth + 2 * margin);
const height = lines.length * lineHeight + 2 * margin;
const rows = lines.map(
  (line, index) =>
    `<text x="${margin}" y="${margin + (index + 0.75) * lineHeight}">${spans(line)}</text>`,
);

process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Output of scripts/demo">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', monospace" font-size="${fontSize}" fill="#c9d1d9" xml:space="preserve">
${rows.join('\n')}
</g>
</svg>
`);
