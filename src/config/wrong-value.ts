/** What is wrong with a value, in words of people: zod's own speak of types and operators. */
import type { z } from 'zod';

const names: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

/** @returns a phrase that follows the key: `too small: 10 or more`. */
export function wrongValue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue);
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`;
    case 'invalid_union':
      return otherKind(issue.message);
    default:
      return issue.message;
  }
}

/** Issues say in their message alone what was found. */
function wrongType({ expected, message }: z.core.$ZodIssueInvalidType): string {
  const found = /received (\w+)$/.exec(message)?.[1] ?? '';
  const wanted = names[expected] ?? expected;
  if (expected === 'int' && found === 'number') return `must be ${wanted}`;
  return `is ${names[found] ?? found}, must be ${wanted}`;
}

function tooSmall({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  if (origin === 'string') {
    return minimum === 1 ? 'is empty' : `too short: ${minimum} characters or more`;
  }
  if (origin === 'array')
    return minimum === 1 ? 'the list is empty' : `too few: ${minimum} or more`;
  return inclusive === false ? `must be more than ${minimum}` : `too small: ${minimum} or more`;
}

function tooBig({ origin, maximum, inclusive }: z.core.$ZodIssueTooBig): string {
  if (origin === 'string') return `too long: ${maximum} characters at most`;
  if (origin === 'array') return `too many: ${maximum} at most`;
  return inclusive === false ? `must be less than ${maximum}` : `too large: ${maximum} at most`;
}

/** Of a union that goes by one key: `Invalid discriminator value. Expected 'serial' | 'pcsc'`. */
function otherKind(message: string): string {
  const kinds = [...message.matchAll(/'([^']+)'/g)].flatMap(([, kind]) => kind ?? []);
  return kinds.length === 0 ? 'is none of what is allowed here' : `must be ${oneOf(kinds)}`;
}

function oneOf(values: readonly string[]): string {
  const quoted = values.map((value) => `"${value}"`);
  return quoted.length === 1 ? `${quoted[0]}` : `one of ${quoted.join(', ')}`;
}
