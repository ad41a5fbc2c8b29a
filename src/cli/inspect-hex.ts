/** What is nearly hexadecimal: why it was not taken for that, and what to do. */

/** Fewer are as likely a number that somebody typed. */
const digitsMin = 3;

/** @returns undefined when the text is hexadecimal, or nothing of the kind. */
export function hexHint(text: string): string | undefined {
  const digits = text.replace(/0x|[:,;\s-]/gi, '');
  if (digits.length < digitsMin || !/^[0-9a-f]+$/i.test(digits)) return undefined;
  const advice = [
    ...(/0x/i.test(text) ? ['leave out 0x'] : []),
    ...(/[:,;-]/.test(text) ? ['leave out what stands between the bytes'] : []),
    ...(digits.length % 2 === 1 ? [`${digits.length} digits are one too many or too few`] : []),
  ];
  return advice.length === 0 ? undefined : `if this is hexadecimal, ${advice.join(', and ')}`;
}
