import { expect, test } from 'vitest';
import { z } from 'zod';
import { wrongValue } from './wrong-value.ts';

const kinds = z.discriminatedUnion('type', [
  z.object({ type: z.literal('serial') }),
  z.object({ type: z.literal('pcsc') }),
]);

test.each<[z.ZodType, unknown, string]>([
  [z.string(), 5, 'is a number, must be text'],
  [z.number(), '5', 'is text, must be a number'],
  [z.number().int(), 1.5, 'must be a whole number'],
  [z.boolean(), null, 'is null, must be true or false'],
  [z.array(z.string()), {}, 'is an object, must be a list'],
  [z.object({}), [], 'is a list, must be an object'],
  [z.string().min(1), '', 'is empty'],
  [z.string().min(3), 'ab', 'too short: 3 characters or more'],
  [z.string().max(3), 'abcd', 'too long: 3 characters at most'],
  [z.number().min(10), 9, 'too small: 10 or more'],
  [z.number().positive(), 0, 'must be more than 0'],
  [z.number().max(10), 11, 'too large: 10 at most'],
  [z.number().negative(), 0, 'must be less than 0'],
  [z.array(z.string()).min(1), [], 'the list is empty'],
  [z.array(z.string()).min(2), ['a'], 'too few: 2 or more'],
  [z.array(z.string()).max(1), ['a', 'b'], 'too many: 1 at most'],
  [z.enum(['any', 'none']), 'some', 'must be one of "any", "none"'],
  [z.literal(1), 2, 'must be "1"'],
  [kinds, { type: 'usb' }, 'must be one of "serial", "pcsc"'],
  [z.union([z.string(), z.number()]), true, 'is none of what is allowed here'],
  [z.string().refine(() => false, 'an https:// URL'), 'x', 'an https:// URL'],
])('says of %o what is wrong with %j', (schema, value, words) => {
  const { error } = schema.safeParse(value);

  const [issue] = error?.issues ?? [];

  expect(issue && wrongValue(issue)).toBe(words);
});
