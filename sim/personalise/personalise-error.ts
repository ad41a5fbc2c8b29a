/** Why a card could not be made a transit card: a code for scripts, a next step for people. */

type PersonaliseErrorCode = 'card/not-ours' | 'card/refused' | 'card/key-missing';

export class PersonaliseError extends Error {
  readonly code: PersonaliseErrorCode;
  readonly hint: string;

  constructor(code: PersonaliseErrorCode, message: string, hint: string) {
    super(message);
    this.name = 'PersonaliseError';
    this.code = code;
    this.hint = hint;
  }
}

export function notOurs(what: string): PersonaliseError {
  return new PersonaliseError(
    'card/not-ours',
    `the transit application on this card is not what this office began: ${what}`,
    'take another card; it may be a forgery, or be made with other keys',
  );
}
